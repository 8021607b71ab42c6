import { InvalidOptionError, notShown, type UnitDraw } from "../../contracts/index.ts";
import { hmacUnder } from "../../plugin/hmac.ts";

/** Secret by which units get their numbers: at least 16 characters or bytes. */
export type RolloutSalt = string | Uint8Array;

/** Returns the number of a unit, whose name is a list of texts. */
export type DrawOfUnit = (unit: readonly (string | null)[]) => UnitDraw;

const shortestSalt = 16;
/** Half of the units that are remembered, and the longest name of one that is. */
const generation = 2_000;
const longestRemembered = 256;

/**
 * Returns the salt, a copy of bytes. Throws `InvalidOptionError` if it is too short to be kept from being guessed; the
 * error does not show it.
 */
export function checkSalt(option: string, salt: unknown): RolloutSalt {
  const isLong = (typeof salt === "string" || salt instanceof Uint8Array) && salt.length >= shortestSalt;
  if (!isLong)
    throw new InvalidOptionError(
      option,
      salt === undefined ? undefined : notShown,
      `a secret of at least ${shortestSalt} characters or bytes that stays the same, for instance that of openssl rand -hex 32`,
    );
  return typeof salt === "string" ? salt : Uint8Array.from(salt);
}

/**
 * Returns the numbers of the units of a rollout: HMAC-SHA-256 of its id, the kind of unit and the unit's name, keyed by
 * the salt. The first 48 bits are `unitHash`, the next 53 `draw`. The same in every process, and independent between
 * rollouts and kinds; without the salt no caller can choose an arm. The last 4,000 units or so are remembered, since the
 * requests of a unit follow each other.
 */
export function drawsOfUnits(rollout: string, kind: string, salt: RolloutSalt): DrawOfUnit {
  let hmac: ((text: string) => string) | undefined;
  let current = new Map<string, UnitDraw>();
  let previous = current;
  return (unit) => {
    // JSON keeps different lists apart, also those with lone surrogates.
    const name = JSON.stringify(unit);
    const known = current.get(name) ?? previous.get(name);
    if (known !== undefined) return known;
    hmac ??= hmacUnder(salt);
    const digest = hmac(JSON.stringify(["unit", rollout, kind, name]));
    const high = Number.parseInt(digest.slice(12, 19), 16) >>> 1;
    const low = Number.parseInt(digest.slice(19, 26), 16) >>> 2;
    const drawn = Object.freeze({ unitHash: digest.slice(0, 12), draw: (high * 2 ** 26 + low) / 2 ** 53 });
    if (name.length > longestRemembered) return drawn;
    if (current.size >= generation) {
      previous = current;
      current = new Map();
    }
    current.set(name, drawn);
    return drawn;
  };
}

/**
 * Returns 12 hex digits that differ for another salt, by which a restarted rollout notices that its arms would not be
 * those of before. Throws `InvalidOptionError` for a salt that is too short.
 */
export function saltFingerprint(rollout: string, salt: RolloutSalt): string {
  return hmacUnder(checkSalt("salt", salt))(JSON.stringify(["fingerprint", rollout])).slice(0, 12);
}
