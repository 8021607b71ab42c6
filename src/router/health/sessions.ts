import type {
  RequestFacts,
  SessionFacts,
  SessionState,
  SessionsState,
  Usage,
} from "../../contracts/index.ts";
import { readOption, readState, type StateTable } from "../../plugin/index.ts";
import { createLatest } from "../../plugin/latest.ts";

/** Answer within a session. */
export interface SessionAnswer {
  /** Id of the model that gave it. */
  readonly model: string;
  /** Absent if the provider did not return it. */
  readonly usage?: Usage | undefined;
  /** Time on the monotonic clock in milliseconds. */
  readonly at: number;
}

/** Remembers conversations by tenant and session. */
export interface Sessions {
  /** Returns what is known of the session that a request names. */
  read(
    request: Pick<RequestFacts, "tenant" | "session" | "toolLoopPending">,
    now: number,
  ): SessionFacts | undefined;
  /** Notes an answer. */
  record(tenant: string | undefined, session: string, answer: SessionAnswer): void;
  /** Returns what is known of a session; its times are on the monotonic clock. */
  known(tenant: string | undefined, session: string): SessionState | undefined;
  /** Replaces what is known of a session; with undefined it is forgotten. */
  learn(tenant: string | undefined, session: string, state: SessionState | undefined): void;
  /** Exports what is known. `toWallMs` is what the time of day is ahead of the monotonic clock. */
  exportState(toWallMs?: number): SessionsState;
  /**
   * Replaces what is known by the sessions whose model is one of `ids`. Throws `InvalidOptionError` if
   * the state was not exported by sessions.
   */
  restoreState(state: SessionsState, ids: readonly string[], now: number, wallNow?: number): void;
}

export interface SessionsOptions {
  /** Number of sessions that are remembered; the least recently used one is forgotten. Default 10,000. */
  readonly maxSessions?: number | undefined;
}

/** Smallest prefix that providers cache on their own. */
const smallestCachedPrefix = 1_024;

const sessionsState: StateTable<SessionsState> = {
  formatVersion: { is: "choice", of: [1] },
  sessions: {
    is: "list",
    of: {
      is: "table",
      of: {
        tenant: { is: "text", optional: true },
        session: { is: "text" },
        model: { is: "text" },
        turns: { is: "number", min: 0, integer: true },
        lastUsedAt: { is: "number", min: 0 },
        cachedTokens: { is: "number", min: 0 },
      },
    },
  },
};

/** Throws `InvalidOptionError` if the value was not exported by sessions. */
export function checkSessionsState(state: SessionsState): readonly SessionState[] {
  return readState("state.sessions", sessionsState, state).sessions;
}

export function createSessions({ maxSessions = 10_000 }: SessionsOptions = {}): Sessions {
  readOption({ is: "number", min: 1, integer: true }, "createSessions.maxSessions", maxSessions);
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

    known: (tenant, session) => sessions.get(keyOf(tenant, session)),

    learn(tenant, session, state) {
      if (state === undefined) sessions.delete(keyOf(tenant, session));
      else remember(sessions, state);
    },

    exportState(toWallMs = 0) {
      const exported = [...sessions.values()].map((one) => ({
        ...one,
        lastUsedAt: one.lastUsedAt + toWallMs,
      }));
      return { formatVersion: 1, sessions: exported };
    },

    restoreState(state, ids, now, wallNow = now) {
      const restored = createLatest<SessionState>(maxSessions);
      for (const session of checkSessionsState(state)) {
        // The clock that wrote the state may have been ahead: no later than now.
        const lastUsedAt = now - Math.max(0, wallNow - session.lastUsedAt);
        if (ids.includes(session.model)) remember(restored, { ...session, lastUsedAt });
      }
      sessions = restored;
    },
  };
}

/**
 * Returns the tokens that the provider's cache holds after an answer. If it reports what it writes to its
 * cache, these are the tokens read and written. If it caches on its own without reporting, they are the
 * whole prompt and the answer, from 1,024 tokens on.
 */
export function cachedTokensOf(usage: Usage | undefined): number {
  if (usage === undefined) return 0;
  const { inputTokens, outputTokens, cachedInputTokens = 0, cacheWriteTokens } = usage;
  if (cacheWriteTokens !== undefined) return cachedInputTokens + cacheWriteTokens;
  const tokens = inputTokens + outputTokens;
  return tokens < smallestCachedPrefix ? 0 : tokens;
}

/** Returns a key that no other pair has: no session id can be made to fall into another tenant. */
function keyOf(tenant: string | undefined, session: string): string {
  return tenant === undefined ? `-${session}` : `${tenant.length}:${tenant}${session}`;
}
