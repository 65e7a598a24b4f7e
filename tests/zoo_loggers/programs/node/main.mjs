// node main.mjs pino-json: logs the zoo's events by that logger.
const [, , name] = process.argv;
for (const file of ["./pino.mjs", "./winston.mjs", "./others.mjs", "./text.mjs"]) {
  const { programs } = await import(file);
  if (programs[name]) {
    await programs[name]();
    break;
  }
}
