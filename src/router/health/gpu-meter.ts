import type { GpuMeterState } from "../../contracts/index.ts";
import type { GpuMeasure } from "../../contracts/ports/index.ts";
import { readOption, readState, type StateTable } from "../../plugin/index.ts";
import { createLatest } from "../../plugin/latest.ts";
import {
  beginCall,
  createMachine,
  endCall,
  exportMachine,
  type GpuCall,
  type Machine,
  measureMachine,
  minutesKept,
  restoreMachine,
} from "./gpu-machine.ts";

/**
 * Measures machines by the calls of this process: throughput, calls under way and idle time of the last hour, and the
 * highest throughput. `now` is the time on the monotonic clock in milliseconds; a clock that goes back stands still.
 */
export interface GpuMeter {
  started(machine: string, now: number): void;
  ended(machine: string, call: GpuCall, now: number): void;
  /** Returns the measurement of a machine; undefined before its first call. */
  read(machine: string, now: number): GpuMeasure | undefined;
  /** `wallNow` is the time of day now. */
  exportState(now: number, wallNow: number): GpuMeterState;
  /** Replaces what was measured. Throws `InvalidOptionError` if the state was not exported by a meter. */
  restoreState(state: GpuMeterState, now: number, wallNow: number): void;
}

/** Number of machines that are remembered; the one whose last call is oldest is forgotten. */
const mostMachines = 1_000;

const amount = { is: "number", min: 0, max: Number.MAX_SAFE_INTEGER } as const;

const gpuMeterState: StateTable<GpuMeterState> = {
  formatVersion: { is: "choice", of: [1] },
  machines: {
    is: "list",
    of: {
      is: "table",
      of: {
        machine: { is: "text" },
        since: amount,
        peakTokensPerSecond: { ...amount, optional: true },
        peakCalls: { is: "number", min: 1, optional: true },
        minutes: {
          is: "list",
          of: {
            is: "table",
            of: {
              at: amount,
              tokens: amount,
              busyMs: amount,
              callMs: amount,
              endedMs: amount,
              calls: amount,
            },
          },
          max: minutesKept + 1,
        },
      },
    },
  },
};

/** Throws `InvalidOptionError` if the value was not exported by a meter of GPUs. */
export function checkGpuMeterState(state: GpuMeterState): GpuMeterState["machines"] {
  const { machines } = readState("gpus", gpuMeterState, state);
  machines.forEach(({ peakTokensPerSecond, peakCalls }, at) => {
    if (peakTokensPerSecond !== undefined)
      readOption({ is: "number", min: 1 }, `gpus.machines[${at}].peakCalls`, peakCalls);
  });
  return machines;
}

export function createGpuMeter(): GpuMeter {
  let machines = createLatest<Machine>(mostMachines);
  let last = Number.NEGATIVE_INFINITY;
  let elapsed = 0;

  /** Returns the time that has passed: the sum of all steps forward of the clock. */
  const timeAt = (now: number): number => {
    if (now > last && last !== Number.NEGATIVE_INFINITY && now !== Number.POSITIVE_INFINITY)
      elapsed += now - last;
    if (Number.isFinite(now)) last = now;
    return elapsed;
  };

  return {
    started(name, now) {
      const time = timeAt(now);
      const machine = machines.get(name) ?? createMachine(name, time);
      beginCall(machine, time);
      machines.set(name, machine);
    },

    ended(name, call, now) {
      const machine = machines.get(name);
      // One that was forgotten meanwhile has no calls under way.
      if (machine !== undefined) endCall(machine, timeAt(now), call);
    },

    read(name, now) {
      const machine = machines.get(name);
      return machine && measureMachine(machine, timeAt(now));
    },

    exportState(now, wallNow) {
      const time = timeAt(now);
      const wallOf = (at: number) => Math.max(0, wallNow - (time - at));
      return {
        formatVersion: 1,
        machines: [...machines.values()].map((one) => exportMachine(one, time, wallOf)),
      };
    },

    restoreState(state, now, wallNow) {
      const time = timeAt(now);
      // A time in the future is one of a clock that was ahead.
      const timeOf = (at: number) => time - Math.max(0, wallNow - at);
      const restored = createLatest<Machine>(mostMachines);
      for (const one of checkGpuMeterState(state))
        restored.set(one.machine, restoreMachine(one, time, timeOf));
      // Calls that are under way end on the machines on which they began.
      for (const { name, underWay } of machines.values()) {
        if (underWay === 0) continue;
        const machine = restored.get(name) ?? createMachine(name, time);
        machine.underWay = underWay;
        restored.set(name, machine);
      }
      machines = restored;
    },
  };
}
