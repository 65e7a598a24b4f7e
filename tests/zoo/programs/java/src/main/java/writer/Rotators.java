package writer;

import ch.qos.logback.classic.LoggerContext;
import java.util.concurrent.TimeUnit;
import java.util.logging.FileHandler;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;
import org.apache.logging.log4j.core.config.Configurator;
import org.slf4j.LoggerFactory;
import writer.Writer.Rotator;

/** The loggers, set up as their users do: by the configuration files beside this program where there is one. */
final class Rotators {
    private static final int KEEP = 100;

    private static String path(String name) {
        return System.getProperty("folder") + "/" + name;
    }

    static Rotator logback(String name) {
        System.setProperty("logback.configurationFile", name + ".xml");
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        return new Rotator(context.getLogger("app")::info, context::stop);
    }

    static Rotator log4j2(String name) {
        var context = Configurator.initialize("app", name + ".xml");
        return new Rotator(context.getLogger("app")::info, () -> Configurator.shutdown(context, 30, TimeUnit.SECONDS));
    }

    static Rotator jul() throws Exception {
        int limit = Integer.getInteger("rotateBytes");
        FileHandler handler = new FileHandler(path("app.log.%g"), limit, KEEP, true);
        handler.setFormatter(new Formatter() {
            @Override
            public String format(LogRecord record) {
                return record.getMessage() + "\n";
            }
        });
        return new Rotator(line -> handler.publish(new LogRecord(java.util.logging.Level.INFO, line)), handler::close);
    }

    static Rotator tinylog(String name) {
        set("writer", "rolling file");
        set("writer.format", "{message}");
        set("writer.policies", "size: " + System.getProperty("rotateBytes"));
        set("writer.file", path("app.{count}.log"));
        set("writer.backups", String.valueOf(KEEP));
        if (name.endsWith("-gzip")) {
            set("writer.convert", "gzip");
        }
        if (name.endsWith("-latest")) {
            set("writer.latest", path("app.log"));
        }
        return new Rotator(org.tinylog.Logger::info, () -> {}); // it closes itself when the program ends
    }

    private static void set(String key, String value) {
        org.tinylog.configuration.Configuration.set(key, value);
    }

    static Rotator reload4j() throws Exception {
        var layout = new org.apache.log4j.PatternLayout("%m%n");
        var appender = new org.apache.log4j.RollingFileAppender(layout, path("app.log"));
        appender.setMaximumFileSize(Long.getLong("rotateBytes"));
        appender.setMaxBackupIndex(KEEP);
        var logger = org.apache.log4j.Logger.getLogger("app");
        logger.addAppender(appender);
        return new Rotator(logger::info, appender::close);
    }
}
