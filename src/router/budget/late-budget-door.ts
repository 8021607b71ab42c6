import { loadedOnUse } from "../../plugin/loaded-on-use.ts";
import type { BudgetDoor, BudgetDoorParts } from "./budget-door.ts";

const door = loadedOnUse(() => import("./budget-door.ts"));

/** Returns the door to the budgets of a router, which is loaded when it is first asked: few routers are. */
export function lateBudgetDoor(parts: BudgetDoorParts): BudgetDoor {
  let made: BudgetDoor | undefined;
  const open = async (): Promise<BudgetDoor> => {
    await door.load();
    made ??= door.get().createBudgetDoor(parts);
    return made;
  };
  return {
    read: async (owner) => (await open()).read(owner),
    reset: async (reset) => (await open()).reset(reset),
    set: async (limit) => (await open()).set(limit),
  };
}
