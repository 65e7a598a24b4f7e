#!/bin/sh
# Log4j 2's date format US_MONTH_DAY_YEAR4_TIME puts the day before the month, as nobody in the US does: 30/11/2026, not
# 11/30/2026. Its neighbour US_MONTH_DAY_YEAR2_TIME does so as well. Before the 13th of a month such a line is read as
# another day by whoever goes by the name.
# log4j-core 2.26.1.
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
cat >log4j2.xml <<'XML'
<Configuration><Appenders><Console name="C"><PatternLayout
  pattern="%d{ISO8601_BASIC} %d{US_MONTH_DAY_YEAR4_TIME} %d{US_MONTH_DAY_YEAR2_TIME}%n"/></Console></Appenders>
  <Loggers><Root level="info"><AppenderRef ref="C"/></Root></Loggers></Configuration>
XML
cat >App.java <<'JAVA'
public class App {
    public static void main(String[] arguments) {
        org.apache.logging.log4j.LogManager.getLogger("app.Main").error("message");
    }
}
JAVA
mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory=lib >/dev/null
javac -cp "lib/*" App.java 2>/dev/null
java -cp ".:lib/*" App >out.txt
cat out.txt
day=$(cut -c7-8 out.txt) month=$(cut -c5-6 out.txt) year=$(cut -c1-4 out.txt)
test "$(cut -d' ' -f2 out.txt)" = "$day/$month/$year"
test "$(cut -d' ' -f4 out.txt)" = "$day/$month/$(echo "$year" | cut -c3-4)"
