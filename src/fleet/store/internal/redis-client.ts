import { StoreError } from "../../../contracts/index.ts";
import { nodeBuiltin } from "../../../plugin/node-builtin.ts";
import { type RedisScript, scripts } from "./redis-scripts.ts";

/** Part that is used of a client of Redis or Valkey: that of `ioredis` and `iovalkey`, or any other of this shape. */
export interface RedisLike {
  eval(script: string, keyCount: number, ...args: (string | number)[]): Promise<unknown>;
  evalsha(sha: string, keyCount: number, ...args: (string | number)[]): Promise<unknown>;
  /** Tells what the server is set up to forget, for `doctor`. */
  info?(section: string): Promise<string>;
}

/** A part of an answer. An integer is a text where the client says so. */
export type RedisValue = string | number | readonly RedisValue[];

/** Runs a script. The first `keyCount` arguments are keys. */
export type RunScript = (
  script: RedisScript,
  keyCount: number,
  args: readonly string[],
) => Promise<readonly RedisValue[]>;

/** Returns a function that runs a script by its hash, and sends it where the server does not have it. */
export function scriptRunner(client: RedisLike, store: string): RunScript {
  const hashes = new Map<string, string>();
  return async (script, keyCount, args) => {
    const text = scripts[script];
    const sha = hashes.get(script) ?? sha1(text);
    hashes.set(script, sha);
    let reply: unknown;
    try {
      reply = await client
        .evalsha(sha, keyCount, ...args)
        .catch((error: unknown) =>
          isUnknownScript(error) ? client.eval(text, keyCount, ...args) : Promise.reject(error),
        );
    } catch (cause) {
      const other = otherType(cause, args[0]);
      if (other !== undefined)
        throw new StoreError(
          store,
          "format",
          `holds under ${other} what another program wrote, not a hash: rename that key or delete it, or use another namespace`,
          { cause },
        );
      const said = cause instanceof Error ? cause.message.slice(0, 200) : "an unknown error";
      throw new StoreError(store, "failed", `cannot be used: ${said}`, { cause });
    }
    if (!Array.isArray(reply) || !reply.every(isValue))
      throw new StoreError(
        store,
        "failed",
        `gave an answer to ${script} that is not a list of texts and numbers`,
      );
    return reply;
  };
}

/** True for a text, a number, or a list of them. */
function isValue(value: unknown): value is RedisValue {
  if (Array.isArray(value)) return value.every((one) => typeof one === "string" || typeof one === "number");
  return typeof value === "string" || typeof value === "number";
}

/** Returns the key of the namespace that another program has replaced by a value of another type, if that is the error. */
function otherType(error: unknown, firstKey: string | undefined): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const told = /OTHERTYPE (.{1,300}?)(?: script: [0-9a-f]{40}.*)?$/s.exec(error.message)?.[1];
  return told ?? (error.message.includes("WRONGTYPE") ? firstKey : undefined);
}

function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("NOSCRIPT");
}

/** Returns the name of a script on the server; where it cannot be computed, one that no script has. */
function sha1(text: string): string {
  return nodeBuiltin("node:crypto")?.createHash("sha1").update(text).digest("hex") ?? "0".repeat(40);
}
