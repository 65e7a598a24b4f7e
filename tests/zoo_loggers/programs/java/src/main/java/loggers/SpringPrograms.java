package loggers;

import java.util.Map;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;

/** A Spring Boot application that has nothing but its logging. */
final class SpringPrograms {
    private SpringPrograms() {}

    static void run(String kind) {
        SpringApplication application = new SpringApplication(SpringPrograms.class);
        application.setBannerMode(org.springframework.boot.Banner.Mode.OFF);
        application.setDefaultProperties(kind.equals("text")
            ? Map.of("logging.level.app", "debug")
            : Map.of("logging.level.app", "debug", "logging.structured.format.console", kind));
        application.run();
        // a key called level would cost the format logstash its whole line
        LogbackPrograms.emit(LoggerFactory.getLogger("app.Main"), "grade");
    }
}
