package loggers;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** Logs the zoo's events by the logger that is named; what they mean: tests/zoo_loggers/logger.py. */
public final class Loggers {
    static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    static final String TEXT = "zoo-9 of\n\nthree lines";

    private Loggers() {}

    static Exception failure() {
        return new IllegalStateException("it went wrong\nin two lines", new IOException("the cause"));
    }

    public static void main(String[] arguments) throws Exception {
        String[] words = arguments[0].split("-", 2);
        switch (words[0]) {
            case "logback" -> LogbackPrograms.run(words[1]);
            case "log4j2" -> Log4jPrograms.run(words[1]);
            case "spring" -> SpringPrograms.run(words[1]);
            default -> OtherPrograms.run(arguments[0]);
        }
    }

    static Map<String, Object> user() {
        Map<String, Object> user = new HashMap<>();
        user.put("id", 7);
        user.put("tags", new String[] {"a", "b"});
        return user;
    }
}
