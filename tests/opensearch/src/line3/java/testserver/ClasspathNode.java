package testserver;

import java.util.List;

import org.opensearch.Version;
import org.opensearch.env.Environment;
import org.opensearch.node.Node;
import org.opensearch.plugins.PluginInfo;
import org.opensearch.transport.Netty4ModulePlugin;

/** Node's public constructor loads modules from the disk only; this one takes them from the class path. */
final class ClasspathNode extends Node {
    private static final PluginInfo NETTY = new PluginInfo(
        "transport-netty4", "", Version.CURRENT.toString(), Version.CURRENT, "21",
        Netty4ModulePlugin.class.getName(), null, List.of(), false);

    ClasspathNode(Environment environment) {
        super(environment, List.of(NETTY), true);
    }
}
