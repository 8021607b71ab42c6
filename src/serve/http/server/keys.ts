import { InvalidOptionError } from "../../../contracts/index.ts";
import { hmacUnder } from "../../../plugin/hmac.ts";
import { type OptionTable, readOptions } from "../../../plugin/index.ts";
import { nodeCrypto } from "../../../plugin/node-crypto.ts";
import { sha256 } from "../../../plugin/sha256.ts";
import type { HandlerOptions, Identity } from "../handler-options.ts";
import { HttpError } from "../http-error.ts";

/** A key as it is stored, and what the requests of its holder get. */
export interface KeyRecord {
  /**
   * SHA-256 of the key, 64 hexadecimal digits. A slow hash, as for passwords, would add nothing: a key has 256 random
   * bits, which no one guesses at any speed.
   */
  readonly hash: string;
  readonly tenant?: string | undefined;
  /** Budgets that are by label count by these. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** One session for all requests of the key. Default: each request names its own. */
  readonly session?: string | undefined;
  /** Most that one request may cost, in US dollars. */
  readonly maxCostUsd?: number | undefined;
  /** Time from which on the key does not count, `2027-01-31T00:00:00Z`. Default: it always does. */
  readonly expiresAt?: string | undefined;
}

export const keyOptions: OptionTable<KeyRecord, Exclude<keyof KeyRecord, "hash">> = {
  hash: {
    is: "text",
    pattern: /^[0-9a-f]{64}$/,
    // Someone may have stored the key itself.
    secret: true,
    expected: "64 hexadecimal digits, SHA-256 of the key",
  },
  tenant: { is: "text", optional: true },
  labels: {
    is: "record",
    of: { is: "text" },
    secret: true,
    expected: "an object of texts by name",
    optional: true,
  },
  session: { is: "text", optional: true },
  maxCostUsd: { is: "number", above: 0, optional: true },
  expiresAt: { is: "checked", check: checkTime, optional: true },
};

/** Most keys of a file. */
const mostKeys = 1_000_000;

/** Makes a key. The record is stored; the key is shown once to its holder. Throws `InvalidOptionError`. */
export function createKey(fields: Omit<KeyRecord, "hash"> = {}): {
  readonly key: string;
  readonly record: KeyRecord;
} {
  // Hashed for the letters of the digest alone, which may stand in headers: the random bits stay as many.
  const { createHash, randomBytes } = nodeCrypto();
  const key = `sp-${createHash("sha256").update(randomBytes(32)).digest("base64url")}`;
  return { key, record: readOptions("createKey", keyOptions, { hash: sha256(key), ...fields }) };
}

/** Reads records of keys, JSON Lines. Throws `InvalidOptionError`, which names the line and shows nothing of it. */
export function readKeys(text: string, option = "keys"): readonly KeyRecord[] {
  const records: KeyRecord[] = [];
  const seen = new Set<string>();
  text.split("\n").forEach((line, at) => {
    if (line.trim() === "") return;
    const place = `${option}:${at + 1}`;
    let given: KeyRecord;
    try {
      given = JSON.parse(line);
    } catch {
      throw new InvalidOptionError(
        place,
        "a line that is not JSON",
        "an object { hash, tenant, … } in a line",
      );
    }
    const record = readOptions(place, keyOptions, given);
    if (seen.has(record.hash)) throw new InvalidOptionError(place, "a hash that is there already", "another");
    seen.add(record.hash);
    records.push(record);
  });
  if (records.length > mostKeys)
    throw new InvalidOptionError(option, records.length, `at most ${mostKeys} keys`);
  return records;
}

/**
 * Returns an `authorise` for the holders of these keys, sent as `Authorization: Bearer`, `x-api-key` or `x-goog-api-key`. `now` returns
 * milliseconds since the epoch. Throws `InvalidOptionError`.
 */
export function authoriseByKeys(
  records: readonly KeyRecord[],
  now: () => number = Date.now,
): NonNullable<HandlerOptions["authorise"]> {
  // By a secret of this process: how long a look-up takes tells nothing about the hashes that are stored.
  const placeOf = hmacUnder(nodeCrypto().randomBytes(32));
  const holders = new Map<string, Holder>();
  records.forEach((given, at) => {
    const record = readOptions(`keys[${at}]`, keyOptions, given);
    holders.set(placeOf(record.hash), holderOf(record));
  });
  return ({ headers }) => {
    const key = keyOf(headers);
    if (key === undefined) return undefined;
    const holder = holders.get(placeOf(sha256(key)));
    return holder !== undefined && now() < holder.expiresAtMs ? holder.identity : undefined;
  };
}

interface Holder {
  readonly identity: Identity;
  readonly expiresAtMs: number;
}

function holderOf({ hash: _, expiresAt, ...identity }: KeyRecord): Holder {
  const expiresAtMs = expiresAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(expiresAt);
  return { identity, expiresAtMs };
}

const longestKey = 1_024;
/** Headers of Anthropic's and of Google's clients. */
const keyHeaders = ["x-api-key", "x-goog-api-key"] as const;

/** Clients send their key in one header or in several. Throws `HttpError` if those differ: one may be of another server. */
function keyOf(headers: Pick<Headers, "get">): string | undefined {
  const bearer = /^Bearer +(\S+)$/i.exec(headers.get("authorization") ?? "")?.[1];
  let key = bearer;
  let at = "authorization";
  for (const name of keyHeaders) {
    const given = headers.get(name);
    if (given === null) continue;
    if (key !== undefined && key !== given)
      throw new HttpError(401, `${at} and ${name} hold different keys`, { code: "invalid_api_key" });
    key = given;
    at = name;
  }
  return key === undefined || key === "" || key.length > longestKey ? undefined : key;
}

function checkTime(option: string, time: string): string {
  if (typeof time === "string" && !Number.isNaN(Date.parse(time))) return time;
  throw new InvalidOptionError(option, time, "a time such as 2027-01-31T00:00:00Z");
}
