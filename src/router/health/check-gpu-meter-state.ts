import { type GpuMeterState, type GpuMinute, InvalidOptionError } from "../../contracts/index.ts";
import { checkNumber, checkText } from "../../plugin/index.ts";
import { minutesKept } from "./gpu-machine.ts";
import { checkList, checkVersioned, type Unchecked } from "./state-checks.ts";

type Kept = GpuMeterState["machines"][number];

/** Throws `InvalidOptionError` if the value was not exported by a meter of GPUs. */
export function checkGpuMeterState(state: GpuMeterState): readonly Kept[] {
  return checkVersioned<Kept>("gpus", state, "machines").map((one, at) => {
    const path = `gpus.machines[${at}]`;
    const { peakTokensPerSecond: peak, peakCalls } = one ?? {};
    const minutes = checkList<GpuMinute>(`${path}.minutes`, one?.minutes);
    if (minutes.length > minutesKept + 1)
      throw new InvalidOptionError(`${path}.minutes`, minutes.length, `at most ${minutesKept + 1} minutes`);
    return {
      machine: checkText(`${path}.machine`, one?.machine),
      since: checkNumber(`${path}.since`, one?.since, amount),
      ...(peak !== undefined && {
        peakTokensPerSecond: checkNumber(`${path}.peakTokensPerSecond`, peak, amount),
        peakCalls: checkNumber(`${path}.peakCalls`, peakCalls, { min: 1 }),
      }),
      minutes: minutes.map((minute, index) => checkMinute(`${path}.minutes[${index}]`, minute)),
    };
  });
}

const amount = { min: 0, max: Number.MAX_SAFE_INTEGER };

function checkMinute(path: string, minute: Unchecked<GpuMinute>): GpuMinute {
  const of = (field: keyof GpuMinute): number => checkNumber(`${path}.${field}`, minute?.[field], amount);
  return {
    at: of("at"),
    tokens: of("tokens"),
    busyMs: of("busyMs"),
    callMs: of("callMs"),
    endedMs: of("endedMs"),
    calls: of("calls"),
  };
}
