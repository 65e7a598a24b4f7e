package loggers;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** Logback with encoders as their documentation shows them. */
final class LogbackPrograms {
    private static final Map<String, String> ENCODERS = Map.of(
        "pattern", pattern("%d{yyyy-MM-dd HH:mm:ss.SSS} [%thread] %-5level %logger{36} -- %msg%n"),
        "iso", pattern("%d{ISO8601} %-5level [%thread] %logger: %msg%n"),
        "zoned", pattern("%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %level %logger - %msg%n"),
        "thread-first", pattern("%-5level [%thread] %date{ISO8601} %F:%L - %msg%n"),
        "logstash", "<encoder class=\"net.logstash.logback.encoder.LogstashEncoder\"/>",
        "ecs", "<encoder class=\"co.elastic.logging.logback.EcsEncoder\"><serviceName>app</serviceName></encoder>",
        "json", "<encoder class=\"ch.qos.logback.classic.encoder.JsonEncoder\"/>",
        "colours", pattern("%d{HH:mm:ss.SSS} %highlight(%-5level) %cyan(%logger{15}) - %msg%n"));

    private LogbackPrograms() {}

    private static String pattern(String pattern) {
        return "<encoder><pattern>" + pattern + "</pattern></encoder>";
    }

    static void run(String kind) throws Exception {
        if (!kind.equals("default")) {
            configure("<configuration><appender name=\"out\" class=\"ch.qos.logback.core.ConsoleAppender\">"
                + ENCODERS.get(kind) + "</appender><root level=\"debug\"><appender-ref ref=\"out\"/></root></configuration>");
        }
        emit(LoggerFactory.getLogger("app.Main"), "level");
    }

    private static void configure(String text) throws Exception {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    static void emit(Logger logger, String repeated) {
        logger.debug("zoo-1");
        logger.info("zoo-2");
        logger.warn("zoo-3");
        logger.error("zoo-4");
        logger.error("zoo-6", Loggers.failure());
        try (var ignored = MDC.putCloseable("trace_id", Loggers.TRACE)) {
            logger.info("zoo-7");
        }
        logger.atInfo().addKeyValue("ratio", Double.NaN).addKeyValue("bytes", BigInteger.TWO.pow(70))
            .addKeyValue("user", Loggers.user()).addKeyValue(repeated, "high").log("zoo-8");
        logger.info(Loggers.TEXT);
    }
}
