import type { Member, WantedMembers } from "../../../contracts/index.ts";
import type { Endpoint } from "../members/endpoint.ts";
import type { Members } from "../members/members.ts";
import { needOf, type ScaledMember } from "./member-need.ts";
import type { PoolScale } from "./scale-options.ts";
import { type Wanted, wantedAfter } from "./wanted-members.ts";

/** Time between two readings, in milliseconds. */
const everyMs = 1_000;

/** The number of members that a pool wants, by readings of its load while it is watched. */
export interface ScaleWatch {
  start(): void;
  stop(): void;
  /** Returns the state of now; undefined as long as the pool has had no members. */
  status(): WantedMembers | undefined;
}

/** `now`: milliseconds on a monotonic clock. */
export function createScaleWatch(members: Members, scale: PoolScale, now: () => number): ScaleWatch {
  const { min, max } = scale;
  let state: Wanted | undefined;
  let timer: ReturnType<typeof setInterval> | undefined;
  const scaled = (): readonly ScaledMember[] => {
    const endpoints = new Map(members.endpoints().map((endpoint) => [endpoint.key, endpoint]));
    return members
      .list()
      .filter(({ state }) => state !== "draining")
      .map((member) => scaledMember(member, endpoints.get(member.key)));
  };
  const read = (): readonly ScaledMember[] => {
    const all = scaled();
    state = wantedAfter(state, { atMs: now(), members: all }, scale);
    return all;
  };
  return {
    start() {
      timer ??= setInterval(read, everyMs);
      // Outside Node a timer is a number.
      (timer as { unref?: () => void }).unref?.();
    },
    stop() {
      clearInterval(timer);
      timer = undefined;
    },
    status() {
      const all = read();
      if (state === undefined) return undefined;
      const out = all.filter(({ isOut }) => isOut).length;
      const draining = members.list().filter((member) => member.state === "draining").length;
      const unknown = all.filter((member) => !member.isOut && !needOf(member, scale).isKnown).length;
      return { wanted: state.wanted, ready: all.length - out, out, draining, unknown, min, max };
    },
  };
}

function scaledMember({ state, load }: Member, endpoint: Endpoint | undefined): ScaledMember {
  const { slots, use } = endpoint?.calls.watch?.capacity() ?? {};
  return { isOut: state === "out", load, slots, use };
}
