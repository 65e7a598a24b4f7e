# ruby loggers.rb logger: logs the zoo's events by that logger; what they mean: tests/zoo_loggers/logger.py
require "json"
require "logger"

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"

def failure
  begin
    raise IOError, "the cause"
  rescue IOError
    raise ArgumentError, "it went wrong\nin two lines"
  end
rescue ArgumentError => e
  e
end

def emit(logger, fatal: true)
  logger.debug("zoo-1")
  logger.info("zoo-2")
  logger.warn("zoo-3")
  logger.error("zoo-4")
  logger.fatal("zoo-5") if fatal
  logger.error("zoo-6: #{failure.full_message(highlight: false)}")
  logger.info("zoo-7")
  logger.info("zoo-9 of\n\nthree lines")
end

class JSONFormatter < Logger::Formatter
  def call(severity, time, progname, message)
    { level: severity, time: time.utc.strftime("%Y-%m-%dT%H:%M:%S.%6NZ"), progname: progname, message: message }.to_json + "\n"
  end
end

def log4r(pattern)
  require "log4r"
  logger = Log4r::Logger.new("app")
  logger.outputters = Log4r::StdoutOutputter.new("out", formatter: pattern)
  logger
end

case ARGV.fetch(0)
when "ruby-logger" then emit(Logger.new($stdout))
when "ruby-logger-progname" then emit(Logger.new($stdout, progname: "app", datetime_format: "%Y-%m-%d %H:%M:%S"))
when "ruby-logger-json" then emit(Logger.new($stdout, formatter: JSONFormatter.new))
when "ruby-log4r"
  require "log4r"
  emit(log4r(Log4r::PatternFormatter.new(pattern: "%d %l [%c] %m")))
when "ruby-log4r-basic"
  require "log4r"
  emit(log4r(Log4r::BasicFormatter.new))
end
