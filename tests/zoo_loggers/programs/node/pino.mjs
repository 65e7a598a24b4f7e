import { createGcpLoggingPinoConfig } from "@google-cloud/pino-logging-gcp-config";
import { ecsFormat } from "@elastic/ecs-pino-format";
import Fastify from "fastify";
import pino from "pino";
import pretty from "pino-pretty";

import { emit, ODD } from "./events.mjs";

// pino cannot write a BigInt, and has a level twice where a field is called so
const odd = { ...ODD, bytes: 1e21, level: "high" };

const google = { serviceContext: { service: "app", version: "1" }, traceGoogleCloudProjectId: "zoo" };

export const programs = {
  "pino-json": () => emit(pino({ level: "debug" }), { odd }),
  "pino-names": () => emit(pino({
    level: "debug",
    messageKey: "message",
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  }), { odd }),
  "pino-pretty": () => emit(pino({ level: "debug" }, pretty({ colorize: false, sync: true })), { odd }),
  "pino-ecs": () => emit(pino({ ...ecsFormat(), level: "debug" }), { odd: { ...odd, level: undefined } }),
  "pino-google": () => emit(pino(createGcpLoggingPinoConfig(google, { level: "debug" })), { odd }),
  fastify: async () => {
    const server = Fastify({ logger: { level: "debug" } });
    server.get("/*", async () => ({}));
    emit(server.log, { odd });
    await server.inject("/");
    await server.close();
  },
};
