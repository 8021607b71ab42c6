import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { Validator } from "@cfworker/json-schema";
import { validate } from "dockerfile-utils";
import { describe, expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { createKey } from "../../src/serve/http/server/index.ts";
import { bundledCommand } from "../support/bundled-command.ts";
import { temporaryFolder } from "../support/cli-config.ts";
import { root } from "../support/package-sources.ts";
import { startRedis, withoutRedis } from "../support/redis-server.ts";

const read = (file: string) => readFileSync(`${root}examples/docker/${file}`, "utf8");
const dockerfile = read("Dockerfile");
const compose = parse(read("compose.yaml"));
const schema = JSON.parse(readFileSync(`${root}test/fixtures/compose/compose-spec.json`, "utf8"));
const faultsOf = (file: unknown) => new Validator(schema, "7", false).validate(file).errors;

/** The words of an instruction in its form without a shell. */
function wordsOf(instruction: RegExp): string[] {
  return JSON.parse(instruction.exec(dockerfile)?.[1] ?? "");
}
const command = wordsOf(/^CMD (\[.*\])$/m);
const probe = wordsOf(/^HEALTHCHECK .* CMD (\[.*\])$/m);
const option = (name: string) => command[command.indexOf(name) + 1] ?? "";

describe("the container's files", () => {
  test("have no fault that the linter of Dockerfiles and the published schema of Compose know", () => {
    expect(validate(dockerfile)).toEqual([]);
    expect(faultsOf(compose)).toEqual([]);
    const { router } = compose.services;
    for (const wrong of [
      { ...router, ports: 8787 },
      { ...router, secretz: [] },
      { ...router, read_only: [] },
    ])
      expect(faultsOf({ ...compose, services: { router: wrong } })).not.toEqual([]);
  });

  test("fit together: time to drain, keys, ports, variables, volumes and packages", () => {
    const { router, redis } = compose.services;
    expect(Number.parseInt(router.stop_grace_period, 10)).toBeGreaterThan(
      Number(option("--grace")) + Number(option("--drain")),
    );
    expect(router.secrets.map((name: string) => `/run/secrets/${name}`)).toEqual([option("--keys")]);
    expect(Object.keys(compose.secrets)).toEqual(router.secrets);
    const port = /^EXPOSE (\d+)$/m.exec(dockerfile)?.[1] ?? "none";
    expect(router.ports).toEqual([`127.0.0.1:${port}:${port}`]);
    expect(probe.at(-1)).toContain(`:${port}/healthz`);
    const program = read("router.mjs");
    expect(Object.keys(router.environment).sort()).toEqual(
      program
        .match(/[A-Z]+_[A-Z_]+(?=[ .])/g)
        ?.slice(0, 2)
        .sort(),
    );
    expect(Object.keys(compose.services)).toEqual(expect.arrayContaining(Object.keys(router.depends_on)));
    expect(redis.volumes.map((volume: string) => volume.split(":")[0])).toEqual(Object.keys(compose.volumes));
    const imported = [...program.matchAll(/from "([^/"]+)/g)].map(([, name]) => name);
    // The client of OpenAI is a peer of the package.
    const { dependencies } = JSON.parse(read("package.json"));
    expect(Object.keys(dependencies).sort()).toEqual([...new Set([...imported, "openai"])].sort());
  });
});

test.skipIf(withoutRedis)(
  "the container's command serves, is found healthy, and ends by SIGTERM",
  async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.stop());
    const bundled = await bundledCommand();
    const folder = temporaryFolder();
    onTestFinished(() => folder.remove());
    const { key, record } = createKey({ tenant: "acme" });
    const keys = folder.file("keys.jsonl", JSON.stringify(record));
    const program = read("router.mjs").replace(/"switchpoint(?:\/\w+)*?\/?(\w*)"/g, (_, name) =>
      JSON.stringify(bundled.module(name === "" ? "index" : name)),
    );
    folder.file(
      "router.mjs",
      program.replace('"ioredis"', JSON.stringify(`${root}node_modules/ioredis/built/index.js`)),
    );
    const [, ...words] = command;
    const own = words.map((word) => (word === option("--keys") ? keys : word));
    const child = spawn(process.execPath, [bundled.main, ...own, "--port", "0", "--grace", "1"], {
      cwd: dirname(keys),
      env: { ...process.env, REDIS_URL: `redis://127.0.0.1:${redis.port}`, OPENAI_API_KEY: "k" },
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text) => {
      said += text;
    });
    const lines = createInterface({ input: child.stdout });
    const [line] = await Promise.race([once(lines, "line"), once(child, "exit").then(() => [said])]);
    const { port } = new URL(String(line));
    const answer = await fetch(`http://127.0.0.1:${port}/v1/models`, { headers: { "x-api-key": key } });
    expect(await answer.json()).toMatchObject({
      data: ["auto", "small", "large", "gpt-5.4-mini", "gpt-5.5"].map((id) => ({ id })),
    });
    const [, ...probing] = probe.map((word) => word.replace(":8787/", `:${port}/`));
    await promisify(execFile)(process.execPath, probing);
    child.kill("SIGTERM");
    const [code] = await once(child, "exit");
    expect(code).toBe(0);
    await expect(promisify(execFile)(process.execPath, probing)).rejects.toMatchObject({ code: 1 });
  },
  120_000,
);
