import type { Policy } from "../contracts/index.ts";
import type { OptionTable } from "../plugin/index.ts";
import type { RolloutUnit } from "./units/rollout-unit.ts";
import { checkSalt, type RolloutSalt } from "./units/unit-draw.ts";

export interface HoldOutOptions<Id extends string> {
  /** Name in `decision.arms` and `decision.inputs`. Default `hold-out`. */
  readonly id?: string | undefined;
  readonly policy: Policy<Id>;
  /** Model that answers all requests of the units that are held out, where it is permitted. */
  readonly large: Id;
  /** Part of the units that is held out, in (0, 0.5]. Default 0.01. */
  readonly share?: number | undefined;
  /** Default `session`. */
  readonly unit?: RolloutUnit | undefined;
  /** Secret of at least 16 characters or bytes that stays the same. */
  readonly salt: RolloutSalt;
  /** Confidence of the intervals, in [0.5, 1). Default 0.95. */
  readonly confidence?: number | undefined;
  /** Units of an arm that are remembered, so that later requests count for them. Default 5,000. */
  readonly maxUnits?: number | undefined;
}

export const holdOutOptions: OptionTable<HoldOutOptions<string>> = {
  id: { is: "text", default: "hold-out" },
  policy: { is: "object", methods: ["select"], named: ["name"] },
  large: { is: "text" },
  share: { is: "share", above: 0, max: 0.5, default: 0.01 },
  unit: { is: "any", default: "session" },
  salt: { is: "checked", check: checkSalt, secret: true },
  confidence: { is: "share", min: 0.5, below: 1, default: 0.95 },
  maxUnits: { is: "number", min: 1, max: 100_000, integer: true, default: 5_000 },
};
