package loggers;

import com.google.common.flogger.FluentLogger;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.log4j.BasicConfigurator;
import org.apache.log4j.TTCCLayout;
import org.tinylog.configuration.Configuration;

/** java.util.logging and what builds on it, reload4j, tinylog. */
final class OtherPrograms {
    private OtherPrograms() {}

    static void run(String name) {
        switch (name) {
            case "jul-simple" -> emitJul(null);
            case "jul-one-line" -> {
                System.setProperty("java.util.logging.SimpleFormatter.format",
                    "%1$tY-%1$tm-%1$tdT%1$tH:%1$tM:%1$tS.%1$tL%1$tz %4$s [%3$s] %5$s%6$s%n");
                emitJul(null);
            }
            case "jboss-json" -> emitJul(new org.jboss.logmanager.formatters.JsonFormatter());
            case "jboss-pattern" -> emitJul(new org.jboss.logmanager.formatters.PatternFormatter(
                "%d{yyyy-MM-dd HH:mm:ss,SSS} %-5p [%c{3.}] (%t) %s%e%n"));
            case "tomcat" -> emitJul(new org.apache.juli.OneLineFormatter());
            case "flogger" -> emitFlogger();
            case "reload4j" -> emitReload4j();
            case "tinylog" -> emitTinylog("");
            case "tinylog-pattern" -> emitTinylog("{date: HH:mm:ss.SSS} [{thread}] {class}.{method}() {level}: {message}");
            case "slf4j-simple" -> emitSimple("");
            case "slf4j-simple-time" -> emitSimple("yyyy-MM-dd HH:mm:ss:SSS Z");
            case "commons-logging" -> emitCommons();
            case "jul-helidon" -> {
                System.setProperty("java.util.logging.SimpleFormatter.format",
                    "%1$tY.%1$tm.%1$td %1$tH:%1$tM:%1$tS %4$s %3$s: %5$s%6$s%n");
                emitJul(null);
            }
            case "jul-half-days" -> {
                System.setProperty("java.util.logging.SimpleFormatter.format",
                    "%1$tb %1$td, %1$tY %1$tl:%1$tM:%1$tS %1$Tp %4$s [%3$s] %5$s%6$s%n");
                emitJul(null);
            }
            default -> throw new IllegalArgumentException(name);
        }
    }

    private static Logger jul(String name, Formatter formatter) {
        Logger logger = Logger.getLogger(name);
        ConsoleHandler handler = new ConsoleHandler();
        handler.setLevel(Level.ALL);
        if (formatter != null) {
            handler.setFormatter(formatter);
        }
        logger.setUseParentHandlers(false);
        logger.addHandler(handler);
        logger.setLevel(Level.ALL);
        return logger;
    }

    private static void emitJul(Formatter formatter) {
        Logger logger = jul("app.Main", formatter);
        logger.fine("zoo-1");
        logger.info("zoo-2");
        logger.warning("zoo-3");
        logger.severe("zoo-4");
        logger.log(Level.SEVERE, "zoo-6", Loggers.failure());
        logger.info("zoo-7");
        logger.info(Loggers.TEXT);
    }

    private static void emitFlogger() {
        jul("loggers.OtherPrograms", null);
        FluentLogger logger = FluentLogger.forEnclosingClass();
        logger.atFine().log("zoo-1");
        logger.atInfo().log("zoo-2");
        logger.atWarning().log("zoo-3");
        logger.atSevere().log("zoo-4");
        logger.atSevere().withCause(Loggers.failure()).log("zoo-6");
        logger.atInfo().log("zoo-7");
        logger.atInfo().log(Loggers.TEXT);
    }

    private static void emitReload4j() {
        TTCCLayout layout = new TTCCLayout("ISO8601");
        BasicConfigurator.configure(new org.apache.log4j.ConsoleAppender(layout));
        org.apache.log4j.Logger logger = org.apache.log4j.Logger.getLogger("app.Main");
        logger.debug("zoo-1");
        logger.info("zoo-2");
        logger.warn("zoo-3");
        logger.error("zoo-4");
        logger.fatal("zoo-5");
        logger.error("zoo-6", Loggers.failure());
        logger.info("zoo-7");
        logger.info(Loggers.TEXT);
    }

    private static void emitSimple(String format) {
        System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "debug");
        System.setProperty("org.slf4j.simpleLogger.showDateTime", String.valueOf(!format.isEmpty()));
        System.setProperty("org.slf4j.simpleLogger.dateTimeFormat", format);
        System.setProperty("org.slf4j.simpleLogger.levelInBrackets", String.valueOf(!format.isEmpty()));
        org.slf4j.Logger logger = new org.slf4j.simple.SimpleLoggerFactory().getLogger("app.Main");
        logger.debug("zoo-1");
        logger.info("zoo-2");
        logger.warn("zoo-3");
        logger.error("zoo-4");
        logger.error("zoo-6", Loggers.failure());
        logger.info("zoo-7");
        logger.info(Loggers.TEXT);
    }

    private static void emitCommons() {
        System.setProperty("org.apache.commons.logging.simplelog.defaultlog", "debug");
        System.setProperty("org.apache.commons.logging.simplelog.showdatetime", "true");
        org.apache.commons.logging.Log logger = new org.apache.commons.logging.impl.SimpleLog("app.Main");
        logger.debug("zoo-1");
        logger.info("zoo-2");
        logger.warn("zoo-3");
        logger.error("zoo-4");
        logger.fatal("zoo-5");
        logger.error("zoo-6", Loggers.failure());
        logger.info("zoo-7");
        logger.info(Loggers.TEXT);
    }

    private static void emitTinylog(String format) {
        Configuration.set("writer", "console");
        if (!format.isEmpty()) {
            Configuration.set("writer.format", format);
        }
        org.tinylog.Logger.debug("zoo-1");
        org.tinylog.Logger.info("zoo-2");
        org.tinylog.Logger.warn("zoo-3");
        org.tinylog.Logger.error("zoo-4");
        org.tinylog.Logger.error(Loggers.failure(), "zoo-6");
        org.tinylog.Logger.info("zoo-7");
        org.tinylog.Logger.info(Loggers.TEXT);
    }
}
