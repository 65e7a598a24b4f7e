import { ecsFormat } from "@elastic/ecs-winston-format";
import winston from "winston";

import { failure, ODD, TEXT, TRACE } from "./events.mjs";

const { combine, timestamp, json, simple, errors, printf, logstash, colorize, cli, ms } = winston.format;

function emit(format, levels = winston.config.npm.levels, warn = "warn", fatal = "") {
  const transports = [new winston.transports.Console()];
  const logger = winston.createLogger({ level: "debug", levels, format, transports });
  logger.debug("zoo-1");
  logger.info("zoo-2");
  logger[warn]("zoo-3");
  logger.error("zoo-4");
  if (fatal) logger[fatal]("zoo-5");
  logger.error("zoo-6", failure());
  logger.info("zoo-7", { trace_id: TRACE });
  logger.info("zoo-8", ODD);
  logger.info(TEXT);
}

const line = printf((info) => `${info.timestamp} ${info.level}: ${info.message}${info.stack ? `\n${info.stack}` : ""}`);

export const programs = {
  "winston-default": () => emit(undefined),
  "winston-json": () => emit(combine(errors({ stack: true }), timestamp(), json())),
  "winston-simple": () => emit(simple()),
  "winston-printf": () => emit(combine(errors({ stack: true }), timestamp({ format: "YYYY-MM-DD HH:mm:ss.SSS" }), line)),
  "winston-colours": () => emit(combine(colorize(), errors({ stack: true }), timestamp(), line)),
  "winston-logstash": () => emit(combine(timestamp(), logstash())),
  "winston-ecs": () => emit(ecsFormat()),
  "winston-syslog": () => emit(combine(timestamp(), json()), winston.config.syslog.levels, "warning", "crit"),
  "winston-cli": () => emit(combine(cli(), ms())),
};
