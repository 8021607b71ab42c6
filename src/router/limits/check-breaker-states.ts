import { type BreakerState, InvalidOptionError } from "../../contracts/index.ts";
import { failureClasses } from "../../plugin/failure-class.ts";
import { checkNumber, checkText } from "../../plugin/index.ts";

/** Throws `InvalidOptionError` if the value was not exported by breakers. */
export function checkBreakerStates(states: readonly BreakerState[]): readonly BreakerState[] {
  if (!Array.isArray(states)) throw new InvalidOptionError("breakers", states, "an array of states");
  for (const [index, state] of states.entries()) {
    const path = `breakers[${index}]`;
    checkText(`${path}.name`, state?.name);
    const { failedTrials, failureClass }: BreakerState = state;
    for (const time of ["coolDownUntil", "pausedUntil", "openUntil"] as const)
      if (state[time] !== undefined) checkNumber(`${path}.${time}`, state[time], { min: 0 });
    if (failedTrials !== undefined)
      checkNumber(`${path}.failedTrials`, failedTrials, { min: 0, integer: true });
    if (failureClass !== undefined && !failureClasses.includes(failureClass))
      throw new InvalidOptionError(
        `${path}.failureClass`,
        failureClass,
        `one of ${failureClasses.join(", ")}`,
      );
  }
  return states;
}
