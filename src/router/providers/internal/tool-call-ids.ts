import { nodeCrypto } from "../../../plugin/node-crypto.ts";

/**
 * Tool call ids that a target accepts, the same for a call and its result. The same conversation always
 * gives the same ids, so that a provider's prompt cache and signatures stay valid.
 */
export interface ToolCallIds {
  /** Returns the ids of one assistant message's calls, in order. */
  ofCalls(ids: readonly string[]): readonly string[];
  /** Returns the id of the next result: that of the last call with this id. */
  ofResult(id: string): string;
}

/**
 * Creates the mapping. Ids that fit are kept. Others, and those that an earlier message used (some servers
 * restart their count in each answer), are replaced by a hash: `made` of 43 characters of `[A-Za-z0-9_-]`.
 */
export function createToolCallIds(
  fits: (id: string) => boolean,
  made: (hash: string) => string = (hash) => `call_${hash.slice(0, 24)}`,
): ToolCallIds {
  const hashed = (id: string, use: number): string =>
    made(nodeCrypto().createHash("sha256").update(`${use}:${id}`).digest("base64url"));
  const uses = new Map<string, number>();
  let due = new Map<string, string[]>();

  const next = (id: string): string => {
    const use = uses.get(id) ?? 0;
    uses.set(id, use + 1);
    return use === 0 && fits(id) ? id : hashed(id, use);
  };

  return {
    ofCalls(ids) {
      due = new Map();
      return ids.map((id) => {
        const sent = next(id);
        due.set(id, [...(due.get(id) ?? []), sent]);
        return sent;
      });
    },
    ofResult(id) {
      const waiting = due.get(id);
      // If calls share an id, results come in the same order.
      const sent = waiting !== undefined && waiting.length > 1 ? waiting.shift() : waiting?.[0];
      return sent ?? (fits(id) ? id : hashed(id, 0));
    },
  };
}

/** Ids of nine letters and digits, as Mistral's templates and its own interface want them. */
export function createShortIds(): ToolCallIds {
  return createToolCallIds(
    (id) => /^[a-zA-Z0-9]{9}$/.test(id),
    (hash) => hash.replace(/[_-]/g, "").slice(0, 9),
  );
}
