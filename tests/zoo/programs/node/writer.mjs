// Writes numbered lines through a real rotator: node writer.mjs ROTATOR FOLDER FIRST LINES RATE ROTATE_BYTES.
import { once } from "node:events";
import { setImmediate, setTimeout } from "node:timers/promises";
import { rotators } from "./rotators.mjs";

const TICK_MS = 10;
const BURST = 100;

function line(number) {
  const head = `{"n": ${number}, "pad": "`;
  return `${head}${"x".repeat(117 - head.length)}"}`;
}

async function run(rotator, first, lines, rate) {
  const start = performance.now();
  for (let done = 0; done < lines; ) {
    const due = rate ? Math.floor(((performance.now() - start) * rate) / 1000) : done + BURST;
    for (; done < Math.min(due, lines); done++) {
      if (rotator.write(line(first + done)) === false && rotator.drained) {
        await once(rotator.drained, "drain");
      }
    }
    await (rate ? setTimeout(TICK_MS) : setImmediate());
  }
  await rotator.close();
}

const [name, folder, ...numbers] = process.argv.slice(2);
const [first, lines, rate, rotateBytes] = numbers.map(Number);
process.chdir(folder);
await run(await rotators[name](rotateBytes), first, lines, rate);
