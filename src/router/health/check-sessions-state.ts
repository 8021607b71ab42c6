import type { SessionState, SessionsState } from "../../contracts/index.ts";
import { checkNumber, checkText } from "../../plugin/index.ts";
import { checkVersioned } from "./state-checks.ts";

/** Throws `InvalidOptionError` if the value was not exported by sessions. */
export function checkSessionsState(state: SessionsState): readonly SessionState[] {
  return checkVersioned<SessionState>("state.sessions", state, "sessions").map((one, at) => {
    const path = `state.sessions.sessions[${at}]`;
    const whole = { min: 0, integer: true };
    return {
      tenant: one?.tenant === undefined ? undefined : checkText(`${path}.tenant`, one.tenant),
      session: checkText(`${path}.session`, one?.session),
      model: checkText(`${path}.model`, one?.model),
      turns: checkNumber(`${path}.turns`, one?.turns, whole),
      lastUsedAt: checkNumber(`${path}.lastUsedAt`, one?.lastUsedAt, { min: 0 }),
      cachedTokens: checkNumber(`${path}.cachedTokens`, one?.cachedTokens, { min: 0 }),
    };
  });
}
