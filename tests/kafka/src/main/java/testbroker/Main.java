package testbroker;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;

import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/** Runs one Kafka broker with its own controller on the loopback interface: PORT DATA_DIR [SETTING=VALUE ...]. */
public final class Main {

    public static void main(String[] args) throws Exception {
        if (args.length < 2) {
            System.err.println("usage: PORT DATA_DIR [SETTING=VALUE ...]");
            System.exit(2);
        }
        Path folder = Files.createDirectories(Path.of(args[1])).toRealPath();
        // A client is told this port by the broker, so it has to be known before the start.
        int port = args[0].equals("0") ? freePort() : Integer.parseInt(args[0]);
        KafkaConfig config = KafkaConfig.fromProps(properties(port, folder, List.of(args).subList(2, args.length)), false);
        if (!Files.exists(folder.resolve("meta.properties"))) {
            format(folder);
        }

        KafkaRaftServer server = new KafkaRaftServer(config, Time.SYSTEM);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            int status = 1;
            try {
                server.shutdown();
                status = 0;
            } catch (Exception e) {
                e.printStackTrace();
            }
            System.out.println("stopped");
            // A JVM that gets SIGTERM exits with 143 even after a clean stop; say 0 instead.
            Runtime.getRuntime().halt(status);
        }, "stop"));
        try {
            server.startup();
        } catch (Exception e) {
            e.printStackTrace();
            Runtime.getRuntime().halt(1);
        }
        System.out.println("ready 127.0.0.1:" + port + " pid " + ProcessHandle.current().pid());
        server.awaitShutdown();
    }

    private static Properties properties(int port, Path folder, List<String> more) throws Exception {
        int controller = freePort();
        Properties settings = new Properties();
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", "1");
        settings.put("log.dirs", folder.toString());
        settings.put("listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controller);
        settings.put("listener.security.protocol.map",
            "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL");
        settings.put("controller.listener.names", "CONTROLLER");
        settings.put("controller.quorum.voters", "1@127.0.0.1:" + controller);
        settings.put("inter.broker.listener.name", "PLAINTEXT");
        settings.put("auto.create.topics.enable", "false");
        settings.put("offsets.topic.replication.factor", "1");
        settings.put("offsets.topic.num.partitions", "1");
        settings.put("group.initial.rebalance.delay.ms", "0");
        settings.put("controlled.shutdown.enable", "false");
        for (String each : more) {
            int eq = each.indexOf('=');
            if (eq < 1) {
                System.err.println("not SETTING=VALUE: " + each);
                System.exit(2);
            }
            String value = each.substring(eq + 1);
            // +listeners=… is in addition to those above.
            boolean adds = each.startsWith("+");
            String name = each.substring(adds ? 1 : 0, eq);
            settings.put(name, adds ? settings.get(name) + "," + value : value);
        }
        return settings;
    }

    /** Makes the folder a broker's own, as the tool kafka-storage does. */
    private static void format(Path folder) throws Exception {
        new Formatter()
            .setClusterId(Uuid.randomUuid().toString())
            .setNodeId(1)
            .addDirectory(folder.toString())
            .setMetadataLogDirectory(folder.toString())
            .setControllerListenerName("CONTROLLER")
            .setPrintStream(System.err)
            .run();
    }

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
