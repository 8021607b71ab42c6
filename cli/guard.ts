import { Command } from "commander";
import type { LiftedCap } from "../src/contracts/index.ts";
import type { Terminal } from "./io.ts";
import { optionalNumber } from "./optional-number.ts";
import { toJson } from "./to-json.ts";
import { withRouterState } from "./with-router-state.ts";

interface Options {
  readonly config?: string | undefined;
  readonly state?: string | undefined;
  readonly guard?: string | undefined;
  readonly tenant?: string | undefined;
  readonly owner?: string | undefined;
  readonly together?: boolean | undefined;
  readonly hours: string;
  readonly json?: boolean | undefined;
}

const hourMs = 3_600_000;

/** The command `switchpoint guard`: lifts the caps of `guarded(policy)`. */
export function guardCommand(terminal: Terminal): Command {
  const lift = new Command("lift")
    .description("lift a cap for a time, or keep one from coming; then the evidence begins at zero")
    .option("--config <file>", "a .ts, .js or .mjs file whose default export is a router")
    .option("--state <file>", "JSON of router.exportState(), for a router without a shared store")
    .option("--guard <name>", "the guard (default: the router's only one)")
    .option("--tenant <name>", "the tenant (default: requests without one)")
    .option("--owner <name>", "the session, or value of the label, of a guard that watches those")
    .option("--together", "all new tenants together")
    .option("--hours <number>", "time without a cap, at most 744", "24")
    .option("--json", "print JSON: { guard, tenant, owner, together, wasCapped, until }")
    .addHelpText(
      "after",
      `
The event of a cap (escalation-abnormal) has the command in liftWith. Processes that share a store learn of it there, within
seconds. A router without a store keeps its caps itself: give the file in which the application stores router.exportState(),
and restore it there, or call router.liftCap() in it. A switchpoint serve without a store is told by its config: state
usualOf: { acme: 1 } in guarded(), and send SIGHUP.

Example:
  switchpoint guard lift --config router.ts --tenant acme
  switchpoint guard lift --config router.ts --together --hours 2
`,
    )
    .action((options: Options) => run(options, terminal));
  return new Command("guard")
    .description("lift the caps of guarded(policy)")
    .addHelpText(
      "after",
      `
Example:
  switchpoint guard lift --config router.ts --tenant acme
`,
    )
    .addCommand(lift);
}

async function run(options: Options, terminal: Terminal): Promise<void> {
  const { guard, tenant, owner, together = false } = options;
  const hours = optionalNumber("--hours", options.hours, 0.001, 744) ?? 24;
  await withRouterState(options, "caps", async (router, keep) => {
    const isShared = router.shared !== undefined;
    const lifted = await router.liftCap({ guard, tenant, owner, together, forMs: hours * hourMs });
    await keep();
    terminal.stdout(options.json ? `${toJson(lifted, 2)}\n` : textOf(lifted, isShared));
  });
}

function textOf({ guard, tenant, owner, together, wasCapped, until }: LiftedCap, isShared: boolean): string {
  const of = tenant === undefined ? "requests without a tenant" : `tenant ${tenant}`;
  const unit = together ? "new tenants together" : owner === undefined ? of : `${owner} (${of})`;
  const before = isShared
    ? "the processes that share the store learn of it within seconds"
    : wasCapped
      ? "the cap in this state is lifted"
      : "there was no cap in this state";
  return `${guard}: ${unit}: no cap until ${new Date(until).toISOString()}; ${before}\n`;
}
