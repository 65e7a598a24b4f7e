#!/bin/sh
# Logback without a configuration logs from DEBUG on, as its manual says. With spring-boot.jar on the class path it logs from INFO on,
# though nothing of Spring is called or started: the jar brings a Logback Configurator as a service, which Logback finds by itself.
# Logback 1.5.18, Spring Boot 4.0.7. Expected: a jar that is only there changes nothing; seen: the debug line is gone.
set -eu
command -v mvn >/dev/null && command -v javac >/dev/null || { echo "needs Maven and a JDK 17" >&2; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>app</groupId><artifactId>app</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>ch.qos.logback</groupId><artifactId>logback-classic</artifactId><version>1.5.18</version></dependency>
    <dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot</artifactId><version>4.0.7</version></dependency>
  </dependencies>
</project>
XML
cat >App.java <<'JAVA'
public class App {
    public static void main(String[] arguments) {
        org.slf4j.Logger logger = org.slf4j.LoggerFactory.getLogger(App.class);
        logger.debug("debug");
        logger.info("info");
    }
}
JAVA
mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory=lib >/dev/null
javac -cp "lib/*" App.java
without=$(java -cp ".:$(echo lib/logback-*.jar lib/slf4j-*.jar | tr ' ' :)" App | awk '{print $NF}' | tr '\n' ' ')
with=$(java -cp ".:lib/*" App | awk '{print $NF}' | tr '\n' ' ')
echo "Logback 1.5.18 alone: $without; with spring-boot-4.0.7.jar beside it: $with"
[ "$without" = "debug info " ] && [ "$with" = "info " ]
