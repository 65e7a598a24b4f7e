#!/bin/sh
# Log4j 2 without a configuration writes its time in UTC and leaves the logger's name out. Its public constant
# DefaultConfiguration.DEFAULT_PATTERN says what the default is: %d{HH:mm:ss.SSS} [%thread] %-5level %logger{36} - %msg%n,
# with local time and the logger. It is not what is used.
# log4j-core 2.26.1. Expected: a line of that pattern, in the zone of the process.
set -eu
command -v mvn >/dev/null && command -v javac >/dev/null || { echo "needs Maven and a JDK 17" >&2; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>app</groupId><artifactId>app</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.logging.log4j</groupId><artifactId>log4j-core</artifactId><version>2.26.1</version></dependency>
  </dependencies>
</project>
XML
cat >App.java <<'JAVA'
public class App {
    public static void main(String[] arguments) {
        System.out.println(org.apache.logging.log4j.core.config.DefaultConfiguration.DEFAULT_PATTERN);
        org.apache.logging.log4j.LogManager.getLogger("app.Main").error("message");
    }
}
JAVA
mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory=lib >/dev/null
javac -cp "lib/*" App.java 2>/dev/null
TZ=Asia/Kolkata java -cp ".:lib/*" App >out.txt
said=$(sed -n 1p out.txt)
seen=$(sed -n 2p out.txt)
echo "log4j-core 2.26.1; expected: $said in the zone +05:30; seen: $seen"
echo "$said" | grep -q 'logger{36}' && echo "$seen" | grep -qE '^[0-9T:.-]+Z main ERROR message$'
