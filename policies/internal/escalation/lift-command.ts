import { shellWord } from "../../../src/plugin/shell-word.ts";
import type { WatchedBy } from "./unit-key.ts";

/** Returns the command that lifts the cap of a unit. Names come from clients: each is one word of a shell. */
export function liftCommand(of: {
  readonly guard: string;
  readonly by: WatchedBy;
  readonly unit: string | undefined;
  readonly tenant: string | undefined;
  readonly together: boolean;
}): string {
  const { guard, by, unit, tenant = by === "tenant" ? unit : undefined, together } = of;
  return [
    "switchpoint guard lift --config router.ts --guard",
    shellWord(guard),
    ...(together ? ["--together"] : []),
    ...(tenant !== undefined ? ["--tenant", shellWord(tenant)] : []),
    ...(unit !== undefined && by !== "tenant" ? ["--owner", shellWord(unit)] : []),
  ].join(" ");
}
