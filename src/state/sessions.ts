import type { RequestFacts, SessionFacts, SessionState, SessionsState, Usage } from "../contracts/index.ts";
import { checkNumber } from "../plugin/index.ts";
import { checkSessionsState } from "./check-sessions-state.ts";
import { createLatest } from "./latest.ts";

/** An answer that a session was given. */
export interface SessionAnswer {
  /** Id of the model that gave it. */
  readonly model: string;
  /** Absent where the provider did not tell. */
  readonly usage?: Usage | undefined;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** What is known of conversations, by tenant and session. */
export interface Sessions {
  /** Of the session that a request names. */
  read(
    request: Pick<RequestFacts, "tenant" | "session" | "toolLoopPending">,
    now: number,
  ): SessionFacts | undefined;
  record(tenant: string | undefined, session: string, answer: SessionAnswer): void;
  exportState(): SessionsState;
  /**
   * Replaces what is known, of sessions whose model is one of `ids`. Throws `InvalidOptionError` when
   * the state is not one of ours.
   */
  restoreState(state: SessionsState, ids: readonly string[], now: number): void;
}

export interface SessionsOptions {
  /** Sessions that are remembered; the least recently used is forgotten. Default 10,000. */
  readonly maxSessions?: number | undefined;
}

/** Shorter prefixes are not cached by providers that cache on their own. */
const smallestCachedPrefix = 1_024;

export function createSessions({ maxSessions = 10_000 }: SessionsOptions = {}): Sessions {
  checkNumber("createSessions.maxSessions", maxSessions, { min: 1, integer: true });
  let sessions = createLatest<SessionState>(maxSessions);
  const remember = (known: typeof sessions, one: SessionState) =>
    known.set(keyOf(one.tenant, one.session), one);

  return {
    read({ tenant, session, toolLoopPending }, now) {
      if (session === undefined) return undefined;
      const known = sessions.get(keyOf(tenant, session));
      if (known === undefined) return undefined;
      const { model, turns, lastUsedAt, cachedTokens } = known;
      return { model, turns, idleMs: Math.max(0, now - lastUsedAt), cachedTokens, toolLoopPending };
    },

    record(tenant, session, { model, usage, at }) {
      const turns = (sessions.get(keyOf(tenant, session))?.turns ?? 0) + 1;
      const cachedTokens = cachedTokensOf(usage);
      remember(sessions, { tenant, session, model, turns, lastUsedAt: at, cachedTokens });
    },

    exportState() {
      return { formatVersion: 1, sessions: [...sessions.values()] };
    },

    restoreState(state, ids, now) {
      const restored = createLatest<SessionState>(maxSessions);
      for (const session of checkSessionsState(state)) {
        // Not later than now: the clock that wrote it may have been ahead.
        const lastUsedAt = Math.min(session.lastUsedAt, now);
        if (ids.includes(session.model)) remember(restored, { ...session, lastUsedAt });
      }
      sessions = restored;
    },
  };
}

/**
 * Tokens that the provider holds warm after an answer. Where it tells what it writes to its cache:
 * what it has read and written. Where it caches on its own and does not tell: the whole prompt and
 * the answer, from 1,024 tokens on.
 */
export function cachedTokensOf(usage: Usage | undefined): number {
  if (usage === undefined) return 0;
  const { inputTokens, outputTokens, cachedInputTokens = 0, cacheWriteTokens } = usage;
  if (cacheWriteTokens !== undefined) return cachedInputTokens + cacheWriteTokens;
  const tokens = inputTokens + outputTokens;
  return tokens < smallestCachedPrefix ? 0 : tokens;
}

/** One key for one pair: a session id cannot be written so that it falls into another tenant. */
function keyOf(tenant: string | undefined, session: string): string {
  return tenant === undefined ? `-${session}` : `${tenant.length}:${tenant}${session}`;
}
