import type { FailureClass, ProviderErrorKind } from "../contracts/index.ts";

export const failureClasses: readonly FailureClass[] = ["connection", "timeout", "server"];

const classByKind: ReadonlyMap<string | undefined, FailureClass> = new Map<ProviderErrorKind, FailureClass>([
  ["connection", "connection"],
  ["timeout", "timeout"],
  ["server", "server"],
  ["overloaded", "server"],
  ["incomplete", "server"],
]);

/** Returns the class of a failure of the endpoint; undefined for a failure that the caller caused. */
export function failureClassOf(kind: string | undefined): FailureClass | undefined {
  return classByKind.get(kind);
}
