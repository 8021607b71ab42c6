import type { CountedModel, QuotaDesk, QuotaRefusal, Refusal } from "../../contracts/ports/index.ts";
import type { Amount, QuotaLimit } from "../../contracts/store.ts";
import { usdOf } from "./amounts.ts";
import type { Budget, BudgetUnit } from "./budget-options.ts";
import { type Counted, isCounted } from "./counted-models.ts";
import type { SharedBound } from "./shared-bound.ts";

/** Reservations of one request at a desk. */
export interface DeskAccount {
  /** Name of the store that the desk asks. */
  readonly store: string;
  /** Reserves amounts in all budgets or in none. For an attempt that has a reservation it reserves that much more. */
  reserve(
    attemptId: string,
    nano: Amount,
    tokens: Amount,
    model: CountedModel | undefined,
  ): true | Refusal | Promise<true | Refusal>;
  /**
   * Asks for what is left of budgets of which it is not known. Undefined if it is, or if no store can be asked; else
   * a promise that resolves after `mostMs` at the latest.
   */
  learn(mostMs: number): Promise<void> | undefined;
  /** Ends the reservations of an attempt with what it has cost and used. */
  settle(attemptId: string, nano: Amount, tokens: Amount): void;
}

/** Budgets that one reservation covers: of one unit, of the same models, and with the same fate of what lapses. */
interface Group {
  /** Ends the ids of its reservations, so that each group has its own. */
  readonly mark: string;
  readonly of: Counted | undefined;
  readonly unit: BudgetUnit;
  readonly lapse: Budget["lapse"];
  readonly bounds: SharedBound[];
}

/** Opens the reservations of a request at a desk. */
export function openDeskAccount(desk: QuotaDesk, bounds: readonly SharedBound[]): DeskAccount {
  return new Reservations(desk, bounds);
}

/** Number of reservations of an attempt, and the groups that they are in. */
interface Reserving {
  readonly count: number;
  readonly groups: readonly Group[];
}

/** One reservation of an attempt. */
interface Reservation {
  readonly groups: readonly Group[];
  readonly id: string;
  readonly nano: Amount;
  readonly tokens: Amount;
}

class Reservations implements DeskAccount {
  readonly store: string;
  readonly #desk: QuotaDesk;
  readonly #groups: readonly Group[];
  /** Reservations of each attempt: a stream that goes on takes more. */
  readonly #attempts = new Map<string, Reserving>();
  /** Ids of reservations at the desk. */
  readonly #reserved = new Set<string>();

  constructor(desk: QuotaDesk, bounds: readonly SharedBound[]) {
    this.store = desk.store;
    this.#desk = desk;
    this.#groups = groupsOf(bounds);
  }

  reserve(
    attemptId: string,
    nano: Amount,
    tokens: Amount,
    model: CountedModel | undefined,
  ): true | Refusal | Promise<true | Refusal> {
    const known = this.#attempts.get(attemptId);
    const count = (known?.count ?? 0) + 1;
    const groups = known?.groups ?? this.#groups.filter((group) => isCounted(group, model));
    this.#attempts.set(attemptId, { count, groups });
    const of = { groups, id: idOf(attemptId, count), nano, tokens };
    const asked = this.#from(0, of, false);
    return asked instanceof Promise
      ? asked.then((answer) => this.#unlessEnded(attemptId, of, answer))
      : asked;
  }

  learn(mostMs: number): Promise<void> | undefined {
    for (const { bounds } of this.#groups)
      for (const bound of bounds) if (!bound.isKnown) return this.#desk.learn(() => this.#unknown(), mostMs);
    return undefined;
  }

  #unknown(): readonly QuotaLimit[] {
    return this.#groups.flatMap(({ bounds }) =>
      bounds.filter(({ isKnown }) => !isKnown).map((bound) => bound.limit()),
    );
  }

  settle(attemptId: string, nano: Amount, tokens: Amount): void {
    const attempt = this.#attempts.get(attemptId);
    if (attempt === undefined) return;
    const { count, groups } = attempt;
    this.#attempts.delete(attemptId);
    // The first reservation counts what the attempt has used in all, whatever it took later.
    for (let one = 1; one <= count; one += 1)
      for (const group of groups) {
        const spent = one > 1 ? 0 : group.unit === "usd" ? nano : tokens;
        const id = partOf(idOf(attemptId, one), group);
        if (spent > 0 && !this.#reserved.has(id)) this.#count(group, id, spent);
        else this.#desk.settle(id, spent, 0);
        this.#reserved.delete(id);
      }
  }

  /** Counts what was spent without a reservation: a call that was expected to be free has cost something. */
  #count(group: Group, id: string, spent: Amount): void {
    const limits = group.bounds.map((bound) => bound.limit());
    const asked = this.#desk.reserve({ id, amount: 0, limits, lapse: group.lapse });
    if (asked instanceof Promise) void asked.then(() => this.#desk.settle(id, spent, 0));
    else this.#desk.settle(id, spent, 0);
  }

  /** Reserves in the groups from this one on, and gives back those before it if one refuses. */
  #from(first: number, of: Reservation, isRetry: boolean): true | Refusal | Promise<true | Refusal> {
    const { groups, id, nano, tokens } = of;
    for (let at = first; at < groups.length; at += 1) {
      const group = groups[at] as Group;
      const amount = group.unit === "usd" ? nano : tokens;
      if (amount === 0) continue;
      const limits = group.bounds.map((bound) => bound.limit());
      const asked = this.#desk.reserve({ id: partOf(id, group), amount, limits, lapse: group.lapse });
      if (asked === true) {
        this.#reserved.add(partOf(id, group));
        continue;
      }
      if (!(asked instanceof Promise)) return this.#refused(at, of, asked, isRetry);
      return asked.then((answer) =>
        answer === true ? this.#granted(at, of, isRetry) : this.#refused(at, of, answer, isRetry),
      );
    }
    return true;
  }

  #granted(at: number, of: Reservation, isRetry: boolean): true | Refusal | Promise<true | Refusal> {
    this.#reserved.add(partOf(of.id, of.groups[at] as Group));
    return this.#from(at + 1, of, isRetry);
  }

  /** Gives back what a desk grants to a stream that has ended meanwhile: nothing else would. */
  #unlessEnded(attemptId: string, { groups, id }: Reservation, answer: true | Refusal): true | Refusal {
    if (answer !== true || this.#attempts.has(attemptId)) return answer;
    for (const group of groups) this.#giveBack(partOf(id, group));
    return answer;
  }

  #giveBack(id: string): void {
    if (this.#reserved.delete(id)) this.#desk.settle(id, 0, 0);
  }

  #refused(
    at: number,
    of: Reservation,
    refusal: QuotaRefusal,
    isRetry: boolean,
  ): true | Refusal | Promise<true | Refusal> {
    const group = of.groups[at] as Group;
    // The window has ended by the store's clock: in the one that has begun there may be room.
    if (refusal.why === "window-over" && !isRetry) return this.#from(at, of, true);
    if (leaveOutFull(group, refusal)) return this.#from(at, of, isRetry);
    for (let before = 0; before < at; before += 1) this.#giveBack(partOf(of.id, of.groups[before] as Group));
    return refusalOf(group, refusal);
  }
}

/** Leaves out a budget that refuses nothing and is counted as far as counts go. Returns false if it was another one. */
function leaveOutFull({ bounds }: Group, { key, why }: QuotaRefusal): boolean {
  const at = bounds.findIndex((bound) => !bound.budget.refuses && bound.limit().key === key);
  if (at < 0 || why !== "limit") return false;
  bounds.splice(at, 1);
  return true;
}

/** Returns the groups of budgets, at most one for each unit, models and fate. */
function groupsOf(bounds: readonly SharedBound[]): readonly Group[] {
  const groups: Group[] = [];
  for (const bound of bounds) {
    const { unit, of, lapse } = bound.budget;
    const group = groups.find(
      (one) => one.unit === unit && one.of?.names === of?.names && one.lapse === lapse,
    );
    const kind = `${unit === "usd" ? "" : "/tokens"}${lapse === "spend" ? "" : "/return"}`;
    const mark = of === undefined ? kind : `${kind}/${groups.length}`;
    if (group === undefined) groups.push({ mark, unit, of, lapse, bounds: [bound] });
    else group.bounds.push(bound);
  }
  return groups;
}

function idOf(attemptId: string, count: number): string {
  return count === 1 ? attemptId : `${attemptId}+${count}`;
}

/** Each group reserves under an id of its own. */
function partOf(id: string, { mark }: Group): string {
  return id + mark;
}

function refusalOf({ bounds }: Group, { key, why, waitMs }: QuotaRefusal): Refusal {
  if (why === "store")
    return { by: "store", reason: "cannot be paid for: the shared state does not answer", waitMs };
  const bound = bounds.find((one) => one.limit().key === key) ?? (bounds[0] as SharedBound);
  const { name, unit } = bound.budget;
  const left = bound.left();
  const shown = unit === "usd" ? `${usdOf(left).toPrecision(3)} USD` : `${left} tokens`;
  const rest = bound.isKnown ? `about ${shown} are left` : "it is used up";
  return { by: "budget", budget: name, reason: `does not fit the shared budget: ${rest}`, waitMs };
}
