// Server-sent events by fetch and not by EventSource, which cannot send a key in a header.

/**
 * @typedef {"live" | "waiting" | "refused"} Standing
 * @typedef {{ status: number, message: string }} Refusal
 */

const keyName = `switchpoint-key ${location.pathname}`;
/** Longest wait for anything in milliseconds: frames come every five seconds at least. */
const quietMs = 20_000;
const shortestWaitMs = 500;
const longestWaitMs = 10_000;
/** Most characters of a frame. A server that sends more is not ours. */
const longestFrame = 4_000_000;

/** The key comes with a link behind `#`, which browsers send to no server, and leaves the address at once. */
export function takeKey() {
  const given = /^#(?:key|token)=(.+)$/.exec(location.hash)?.[1];
  if (given === undefined) return;
  history.replaceState(null, "", location.pathname);
  keepKey(decodeURIComponent(given));
}

/** @param {string} key */
export function keepKey(key) {
  sessionStorage.setItem(keyName, key);
}

export function forgetKey() {
  sessionStorage.removeItem(keyName);
}

export function hasKey() {
  return sessionStorage.getItem(keyName) !== null;
}

/**
 * Reads frames until it is stopped, and connects again whenever the stream ends.
 * @param {{ window: string, onFrame: (frame: any) => void, onStanding: (standing: Standing, refusal?: Refusal) => void, lastEventId: () => string | undefined }} options
 * @returns {() => void} stops it
 */
export function follow({ window: stretch, onFrame, onStanding, lastEventId }) {
  const controller = new AbortController();
  let waitMs = shortestWaitMs;
  const run = async () => {
    while (!controller.signal.aborted) {
      const refusal = await read(controller.signal, stretch, lastEventId(), (frame) => {
        waitMs = shortestWaitMs;
        onFrame(frame);
      });
      if (controller.signal.aborted) return;
      if (refusal !== undefined && (refusal.status === 401 || refusal.status === 403)) {
        onStanding("refused", refusal);
        return;
      }
      onStanding("waiting", refusal);
      await new Promise((resolve) => setTimeout(resolve, waitMs * (0.75 + Math.random() / 2)));
      waitMs = Math.min(longestWaitMs, waitMs * 2);
    }
  };
  void run();
  return () => controller.abort();
}

/**
 * @param {AbortSignal} stop @param {string} stretch @param {string | undefined} lastEventId @param {(frame: any) => void} onFrame
 * @returns {Promise<Refusal | undefined>}
 */
async function read(stop, stretch, lastEventId, onFrame) {
  const quiet = new AbortController();
  let timer = setTimeout(() => quiet.abort(), quietMs);
  try {
    const key = sessionStorage.getItem(keyName);
    const reply = await fetch(`${location.pathname.replace(/\/$/, "")}/events/${stretch}`, {
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      signal: AbortSignal.any([stop, quiet.signal]),
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(lastEventId === undefined ? {} : { "last-event-id": lastEventId }),
      },
    });
    if (!reply.ok || reply.body === null) return { status: reply.status, message: await problemOf(reply) };
    const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return undefined;
      clearTimeout(timer);
      timer = setTimeout(() => quiet.abort(), quietMs);
      text += value;
      const parts = text.split("\n\n");
      text = parts.pop() ?? "";
      if (text.length > longestFrame) return undefined;
      for (const part of parts) {
        const data = part.split("\n").find((line) => line.startsWith("data: "));
        if (data !== undefined) onFrame(JSON.parse(data.slice(6)));
      }
    }
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
    quiet.abort();
  }
}

/** @param {Response} reply */
async function problemOf(reply) {
  try {
    const { error } = await reply.json();
    return String(error?.message ?? "").slice(0, 300);
  } catch {
    return "";
  }
}
