import type {
  Classifier,
  Constraints,
  GoldenRoute,
  Policy,
  PolicyInputRuntime,
  ReleaseName,
  Tuning,
} from "../../contracts/index.ts";
import { copyOf } from "../../plugin/copy-of.ts";
import { deepFreeze } from "../../plugin/deep-freeze.ts";
import { catalogueDate } from "../cost/catalogue.ts";
import { ownConstraints, worstOf } from "../decide/index.ts";
import { heldConstraints } from "../life/held-constraints.ts";
import type { FixedParts, RouterParts } from "../life/parts.ts";
import { createPolicyInputs, type PolicyInputs } from "../life/policy-inputs.ts";
import { certified } from "./certified.ts";

/** The parts that `replace` can change, as a caller gives them. Checked. */
export interface GivenParts<Id extends string> {
  readonly policy: Policy<Id>;
  readonly classifier: Classifier;
  readonly tuning: Tuning | undefined;
  readonly constraints: Constraints<Id>;
  readonly golden: readonly GoldenRoute<Id>[];
  readonly release: ReleaseName | undefined;
}

/** Parts that a router has, of which some may stay. */
export interface EarlierParts<Id extends string> {
  readonly current: RouterParts<Id>;
  readonly last: RouterParts<Id> | undefined;
}

/**
 * Returns the parts of a router. What is given as `earlier` has it stays the same. Throws `InvalidOptionError` for
 * parameters that are not plain JSON, and for what a policy reads.
 */
export function partsOf<Id extends string>(
  fixed: FixedParts<Id>,
  given: GivenParts<Id>,
  earlier?: EarlierParts<Id>,
): RouterParts<Id> {
  const { policy, classifier } = given;
  const current = earlier?.current;
  const description = certified(given, classifier, fixed.models, catalogueDate);
  const inputs = inputsOf(fixed, policy, description.versions.classifier, [
    ...(current?.inputs === undefined ? [] : [current.inputs]),
    ...(earlier?.last?.inputs === undefined ? [] : [earlier.last.inputs]),
  ]);
  const isSame = given.constraints === current?.constraints;
  const constraints = isSame ? current.constraints : heldConstraints<Id>(given.constraints);
  // Not by spreading: Node 20 takes 80 µs for that, a fifth of createRouter.
  return Object.assign({}, fixed, {
    deciding: Object.assign({}, fixed.deciding, {
      policy,
      classifier,
      inputsOf: inputs?.snapshots,
      unitOf: inputs?.unitOf,
      promise: worstOf([fixed.deciding.promise, ...(policy.reads ?? []).map(({ promise }) => promise)]),
      release: releaseId(given.release),
      ...description,
    }),
    allConstraints: isSame ? current.allConstraints : [...ownConstraints, ...constraints],
    constraints,
    neverCalled: isSame ? current.neverCalled : fixed.neverCalledWith(constraints),
    tuning: given.tuning === current?.tuning ? current?.tuning : deepFreeze(copyOf(given.tuning)),
    golden: given.golden === current?.golden ? current.golden : deepFreeze(copyOf(given.golden)),
    inputs,
  });
}

function inputsOf<Id extends string>(
  { ports, events }: FixedParts<Id>,
  { reads }: Policy<Id>,
  classifier: string,
  earlier: readonly PolicyInputs[],
): PolicyInputs | undefined {
  if (reads === undefined) return undefined;
  const { wall: now, monotonic } = ports.clock;
  const runtime: PolicyInputRuntime = { classifier, now, monotonic, emit: events.emit };
  return createPolicyInputs(reads, runtime, earlier);
}

/** Number of hex digits by which decisions name a release, as they name a policy. */
const digits = 12;

function releaseId(release: ReleaseName | undefined): string | undefined {
  return (typeof release === "string" ? release : release?.hash)?.slice(0, digits);
}
