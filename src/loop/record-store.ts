import type { Store } from "../contracts/index.ts";
import { readOption } from "../plugin/index.ts";
import type { CheckedKind, TextKind, WithDefault } from "../plugin/options/option-kind.ts";

/** Options of what lies in the records of a store. */
export const storeOption: CheckedKind<Store> = { is: "checked", check: checkRecordStore };

export const namespaceOption: TextKind & WithDefault<string> = {
  is: "text",
  pattern: /^[\w.:-]{1,64}$/,
  expected: "1 to 64 letters, digits and ._:-",
  default: "router",
};

function checkRecordStore(option: string, store: Store): Store {
  readOption({ is: "object", methods: ["status"], named: ["name"] }, option, store);
  readOption({ is: "object", methods: ["get", "put"] }, `${option}.records`, store.records);
  return store;
}
