package loggers;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.logging.log4j.CloseableThreadContext;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apache.logging.log4j.core.config.ConfigurationSource;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.message.MapMessage;

/** Log4j 2 with its own layouts. */
final class Log4jPrograms {
    private static final Map<String, String> LAYOUTS = new HashMap<>(Map.of(
        "pattern", pattern("%d %-5p [%t] %c{1} - %m%n"),
        "basic", pattern("%d{ISO8601_BASIC} %p %c - %m%n"),
        "millis", pattern("%d{UNIX_MILLIS} %p %c - %m%n"),
        "game", pattern("[%d{HH:mm:ss}] [%t/%level]: %msg%n"),
        "thread-first", pattern("[%t] %d %p %c - %m%n"),
        "level-first", pattern("[%-5p] %d{yyyy-MM-dd HH:mm:ss} [%t] %c: %m%n"),
        "elapsed", pattern("%-4r [%t] %-5p %c - %m%n")));

    static {
        LAYOUTS.putAll(Map.of(
            "zoned", pattern("%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %highlight{%-5level}{disableAnsi=false} %logger{36} - %msg%n"),
            "json-layout", "<JsonLayout compact=\"true\" eventEol=\"true\" properties=\"true\"/>",
            "ecs", template("EcsLayout.json"),
            "gelf", template("GelfLayout.json"),
            "gcp", template("GcpLayout.json"),
            "logstash", template("LogstashJsonEventLayoutV1.json"),
            "json-template", template("JsonLayout.json")));
    }

    private Log4jPrograms() {}

    private static String pattern(String pattern) {
        return "<PatternLayout pattern=\"" + pattern + "\"/>";
    }

    private static String template(String name) {
        return "<JsonTemplateLayout eventTemplateUri=\"classpath:" + name + "\"/>";
    }

    static void run(String kind) throws Exception {
        if (!kind.equals("default")) {
            String text = "<Configuration status=\"WARN\"><Appenders><Console name=\"out\">" + LAYOUTS.get(kind)
                + "</Console></Appenders><Loggers><Root level=\"debug\"><AppenderRef ref=\"out\"/></Root></Loggers></Configuration>";
            Configurator.initialize(null, new ConfigurationSource(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8))));
        }
        emit(LogManager.getLogger("app.Main"));
    }

    private static void emit(Logger logger) {
        logger.debug("zoo-1");
        logger.info("zoo-2");
        logger.warn("zoo-3");
        logger.error("zoo-4");
        logger.fatal("zoo-5");
        logger.error("zoo-6", Loggers.failure());
        try (var ignored = CloseableThreadContext.put("trace_id", Loggers.TRACE)) {
            logger.info("zoo-7");
        }
        logger.info(new MapMessage<>(Map.of("message", "zoo-8", "ratio", Double.NaN, "bytes", BigInteger.TWO.pow(70), "level", "high")));
        logger.info(Loggers.TEXT);
    }
}
