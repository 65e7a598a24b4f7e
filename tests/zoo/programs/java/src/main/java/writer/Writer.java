package writer;

import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** Writes numbered lines through a real rotator: Writer ROTATOR FOLDER FIRST LINES RATE ROTATE_BYTES. */
public final class Writer {
    /** A real logger: log takes a line; close ends all background work. */
    record Rotator(Consumer<String> log, Runnable close) {}

    private static final long TICK_NANOS = 10_000_000;

    public static void main(String[] args) throws Exception {
        System.setProperty("folder", args[1]);
        System.setProperty("rotateBytes", args[5]);
        Rotator rotator = open(args[0]);
        run(rotator, Integer.parseInt(args[2]), Integer.parseInt(args[3]), Integer.parseInt(args[4]));
        rotator.close().run();
    }

    private static Rotator open(String name) throws Exception {
        return switch (name.substring(0, name.indexOf('-'))) {
            case "logback" -> Rotators.logback(name);
            case "log4j2" -> Rotators.log4j2(name);
            case "jul" -> Rotators.jul();
            case "tinylog" -> Rotators.tinylog(name);
            case "reload4j" -> Rotators.reload4j();
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static void run(Rotator rotator, int first, int lines, int rate) {
        long start = System.nanoTime();
        for (int i = 0; i < lines; i++) {
            while (rate > 0 && i > (System.nanoTime() - start) / 1e9 * rate) {
                LockSupport.parkNanos(TICK_NANOS);
            }
            rotator.log().accept(line(first + i));
        }
    }

    private static String line(int number) {
        String head = "{\"n\": " + number + ", \"pad\": \"";
        return head + "x".repeat(117 - head.length()) + "\"}";
    }
}
