// node key-guessing.mjs [count]: time of an answer to wrong keys that share all but the last three characters with a
// true one, against that of keys that share nothing, and of two such groups against each other: in process, and over
// loopback. Prints JSON: mean differences in ns with their 95 % intervals. It asserts nothing: machines are busy.
import { randomBytes, randomInt } from "node:crypto";
import http from "node:http";
import { always } from "../../dist/policies/index.js";
import { createRouter } from "../../dist/src/index.js";
import { authoriseByKeys, createKey, serve } from "../../dist/src/serve/index.js";
import { fakeModel } from "../../dist/src/testing/index.js";

const count = Number(process.argv[2] ?? 20_000);
const stored = Array.from({ length: 1_000 }, () => createKey({ tenant: "acme" }));
const authorise = authoriseByKeys(stored.map(({ record }) => record));

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const groups = {
  near() {
    const { key } = stored[randomInt(stored.length)];
    const head = key.slice(0, -3);
    for (;;) {
      const wrong = head + Array.from({ length: 3 }, () => letters[randomInt(letters.length)]).join("");
      if (wrong !== key) return wrong;
    }
  },
  unrelated: () => `sp-${randomBytes(32).toString("base64url")}`,
  unrelatedToo: () => `sp-${randomBytes(32).toString("base64url")}`,
};
const names = Object.keys(groups);

/**
 * Measures one wrong key of each group in each round, in an order that is drawn. The keys are made before: what makes
 * random bytes right before a call slows it, by more than what is looked for.
 */
async function measured(time) {
  const warmUp = Math.min(2_000, count);
  const rounds = Array.from({ length: warmUp + count }, () => {
    const made = names.map((name) => [name, Buffer.from(groups[name](), "latin1").toString("latin1")]);
    return made.sort(() => Math.random() - 0.5);
  });
  const times = Object.fromEntries(names.map((name) => [name, new Float64Array(count)]));
  for (const [at, round] of rounds.entries()) {
    for (const [name, key] of round) {
      const took = await time(key);
      if (at >= warmUp) times[name][at - warmUp] = took;
    }
  }
  const against = (name) => {
    const all = differences(times[name], times.unrelated);
    return { meanNs: summary(all), trimmedNs: summary(trimmed(all)) };
  };
  const mean = times.unrelated.reduce((sum, value) => sum + value, 0) / count;
  return { meanOfOneNs: Math.round(mean), near: against("near"), control: against("unrelatedToo") };
}

const differences = (one, other) => Array.from(one, (value, at) => value - other[at]);

/** Without the outermost 5 % on each side: rounds in which something else ran. */
function trimmed(values) {
  const cut = Math.floor(values.length / 20);
  return values.sort((a, b) => a - b).slice(cut, values.length - cut);
}

function summary(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  const half = 1.96 * Math.sqrt(variance / values.length);
  return [mean, mean - half, mean + half].map(Math.round);
}

const now = () => Number(process.hrtime.bigint());

const inProcess = await measured((key) => {
  const headers = { get: (name) => (name === "authorization" ? `Bearer ${key}` : null) };
  const start = now();
  const identity = authorise({ headers, path: "/v1/models" });
  const took = now() - start;
  if (identity !== undefined) throw new Error("a wrong key was taken");
  return took;
});

const router = createRouter({ models: { small: fakeModel() }, policy: always("small") });
const server = await serve(router, { port: 0, authorise });
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const overLoopback = await measured(
  (key) =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${key}` };
      const start = now();
      http
        .get(`${server.url}/v1/models`, { agent, headers }, (answer) => {
          answer.resume().on("end", () => {
            if (answer.statusCode === 401) resolve(now() - start);
            else reject(new Error(`status ${answer.statusCode}`));
          });
        })
        .on("error", reject);
    }),
);
agent.destroy();
await server.close();
await router.close();
console.log(JSON.stringify({ count, keys: stored.length, inProcess, overLoopback }, null, 2));
