import { InvalidOptionError, type QuotaLimit, type Quotas, type Records } from "../../../contracts/index.ts";
import { readOption } from "../../../plugin/index.ts";

const largest: number = Number.MAX_SAFE_INTEGER;
const longestName = 256;
const longestValue = 65_536;
const mostLimits = 16;
const mostWrites = 16;
const mostKeys = 256;

/** Kinds of the arguments. A table would make a copy in each call of a model. */
const kinds = {
  amount: { is: "number", min: 0, max: largest, integer: true },
  refill: { is: "number", min: 1e-9, max: largest },
  ttl: { is: "number", min: 1, max: 31 * 86_400_000, integer: true },
  lapse: { is: "choice", of: ["spend", "return"] },
} as const;

/** Returns quotas that check their arguments, so that no store has to: throws `InvalidOptionError`. */
export function checkedQuotas(quotas: Quotas): Quotas {
  return {
    reserve: (of) =>
      checked(
        () => checkReserve(of),
        () => quotas.reserve(of),
      ),
    settle: (of) =>
      checked(
        () => {
          checkName("settle.id", of.id);
          readOption(kinds.amount, "settle.spent", of.spent);
          readOption(kinds.amount, "settle.keep", of.keep);
          readOption(kinds.ttl, "settle.ttlMs", of.ttlMs);
        },
        () => quotas.settle(of),
      ),
    async read(keys) {
      checkKeyList("read.keys", keys);
      return keys.length === 0 ? [] : quotas.read(keys);
    },
    async reset(key, used) {
      checkName("reset.key", key);
      readOption(kinds.amount, "reset.used", used);
      return quotas.reset(key, used);
    },
  };
}

/** Does the work unless the check throws: rejects then. An async function costs a promise more in each call of a model. */
function checked<T>(check: () => void, work: () => Promise<T>): Promise<T> {
  try {
    check();
    return work();
  } catch (error) {
    return Promise.reject(error);
  }
}

function checkReserve(of: Parameters<Quotas["reserve"]>[0]): void {
  checkName("reserve.id", of.id);
  const max = readOption(kinds.amount, "reserve.amount", of.amount);
  if (of.atLeast !== undefined) readOption({ ...kinds.amount, max }, "reserve.atLeast", of.atLeast);
  readOption(kinds.ttl, "reserve.ttlMs", of.ttlMs);
  if (of.lapse !== undefined) readOption(kinds.lapse, "reserve.lapse", of.lapse);
  checkLimits(of.limits);
}

/** Does the same for records. */
export function checkedRecords(records: Records): Records {
  return {
    async get(keys) {
      checkKeyList("get.keys", keys);
      return keys.length === 0 ? [] : records.get(keys);
    },
    async put(writes) {
      checkList("put.writes", writes, mostWrites);
      writes.forEach(({ key, value, expect, ttlMs }, at) => {
        const path = `put.writes[${at}]`;
        checkName(`${path}.key`, key);
        if (value !== undefined) checkValue(`${path}.value`, value);
        checkName(`${path}.expect`, expect);
        readOption(kinds.ttl, `${path}.ttlMs`, ttlMs);
      });
      checkDifferent("put.writes", writes);
      return records.put(writes);
    },
  };
}

function checkLimits(limits: readonly QuotaLimit[]): void {
  checkList("reserve.limits", limits, mostLimits);
  limits.forEach(({ key, limit, windowEndsAt, refillPerMs }, at) => {
    const path = `reserve.limits[${at}]`;
    checkName(`${path}.key`, key);
    readOption(kinds.amount, `${path}.limit`, limit);
    if (windowEndsAt !== undefined) readOption(kinds.amount, `${path}.windowEndsAt`, windowEndsAt);
    if (refillPerMs === undefined) return;
    readOption(kinds.refill, `${path}.refillPerMs`, refillPerMs);
    if (windowEndsAt !== undefined)
      throw new InvalidOptionError(`${path}.refillPerMs`, refillPerMs, "absent where windowEndsAt is given");
  });
  checkDifferent("reserve.limits", limits);
}

function checkDifferent(path: string, list: readonly { readonly key: string }[]): void {
  if (list.length > 1 && new Set(list.map(({ key }) => key)).size < list.length)
    throw new InvalidOptionError(path, list, "a list in which each key occurs once");
}

function checkKeyList(path: string, keys: readonly string[]): void {
  if (!Array.isArray(keys) || keys.length > mostKeys)
    throw new InvalidOptionError(path, keys, `a list of at most ${mostKeys} keys`);
  keys.forEach((key, at) => {
    checkName(`${path}[${at}]`, key);
  });
}

function checkList(path: string, list: readonly unknown[], most: number): void {
  if (!Array.isArray(list) || list.length === 0 || list.length > most)
    throw new InvalidOptionError(path, list, `a list of 1 to ${most}`);
}

function checkName(path: string, name: unknown): void {
  if (typeof name !== "string" || name.length === 0 || name.length > longestName || hasHalfCharacter(name))
    throw new InvalidOptionError(
      path,
      name,
      `a text of 1 to ${longestName} characters, without half characters`,
    );
}

function checkValue(path: string, value: unknown): void {
  if (typeof value === "string" && value.length <= longestValue && !hasHalfCharacter(value)) return;
  const expected = `a text of at most ${longestValue} characters, without half characters`;
  throw new InvalidOptionError(path, value, expected);
}

/** True for a half of a surrogate pair: as UTF-8, different ones would become the same text. */
function hasHalfCharacter(text: string): boolean {
  // The second asks more, and is slower.
  return /[\uD800-\uDFFF]/.test(text) && /\p{Surrogate}/u.test(text);
}
