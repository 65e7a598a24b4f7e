package testserver;

import java.util.List;

import org.opensearch.env.Environment;
import org.opensearch.node.Node;
import org.opensearch.transport.Netty4Plugin;

/** Node's public constructor loads modules from the disk only; this one takes them from the class path. */
final class ClasspathNode extends Node {
    ClasspathNode(Environment environment) {
        super(environment, List.of(Netty4Plugin.class), true);
    }
}
