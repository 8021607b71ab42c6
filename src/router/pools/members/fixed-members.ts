import { InvalidOptionError, type Model } from "../../../contracts/index.ts";
import { checkMember, mostMembers, noteMember, type Owner } from "./check-member.ts";
import { createEndpoint, memberOf } from "./endpoint.ts";
import { EndpointCalls } from "./endpoint-calls.ts";
import type { Members } from "./members.ts";
import type { ServedNames } from "./served-names.ts";

/** Members that do not change. Throws `InvalidOptionError`. `now`: milliseconds on a monotonic clock. */
export function fixedMembers(
  owner: Owner,
  models: readonly Model[],
  { now, served }: { readonly now: () => number; readonly served: ServedNames },
): Members {
  const keys = checkAll(owner, models);
  for (const model of models) noteMember(model, owner);
  const endpoints = models.map((model, index) =>
    createEndpoint(model, owner.name, { key: keys[index] as string, calls: new EndpointCalls(now), served }),
  );
  const calls = new Map(endpoints.map((one) => [one.key, one.calls]));
  return {
    list: () => endpoints.map((one) => memberOf(one, "ready")),
    endpoints: () => endpoints,
    callsOf: (key) => calls.get(key),
    revision: 0,
  };
}

/** Checks the models and returns their keys. */
function checkAll(owner: Owner, models: readonly Model[]): readonly string[] {
  const option = `pool(${JSON.stringify(owner.name)}): members`;
  if (models.length === 0 || models.length > mostMembers)
    throw new InvalidOptionError(option, models, `a list of 1 to ${mostMembers} models`);
  const found = new Map<string, number>();
  return models.map((model, index) => {
    const path = `${option}[${index}]`;
    const key = checkMember(path, owner, model);
    const same = found.get(key);
    if (models.indexOf(model) !== index)
      throw new InvalidOptionError(path, model.name, "once in the list: make a model for each pool");
    if (same !== undefined) {
      const advice = `another address than members[${same}]: give each its own name if they are two keys for one address`;
      throw new InvalidOptionError(path, model.endpoint ?? model.name, advice);
    }
    found.set(key, index);
    return key;
  });
}
