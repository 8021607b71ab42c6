import { refuseBesideConfig } from "../refuse-beside-config.ts";
import type { PartOptions } from "./part.ts";

/** Options of a command for two models with a classifier and a threshold, or for a config. */
export interface SubjectOptions extends PartOptions {
  readonly outcomes: string;
  readonly small?: string | undefined;
  readonly large?: string | undefined;
  readonly config?: string | undefined;
  readonly classifier?: string | undefined;
  readonly threshold?: string | undefined;
  readonly text?: string | undefined;
  readonly bootstrap: string;
  readonly seed: string;
}

/** Throws `InvalidOptionError` for the first option that duplicates the config. */
export function refuseSubjectBesideConfig({ small, large, classifier, threshold }: SubjectOptions): void {
  refuseBesideConfig({
    "--small": small,
    "--large": large,
    "--classifier": classifier,
    "--threshold": threshold,
  });
}
