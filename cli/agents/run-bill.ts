import { type LargeAlone, largeAlone } from "../../evals/monitor/spend/large-alone.ts";
import { type SpendRequest, spendRequestOf } from "../../evals/monitor/spend/spend-request.ts";
import { isRouterError, type Router } from "../../src/contracts/index.ts";
import { createSpendSums, type SpendReport } from "../../src/router/log/inner.ts";

/** Cost of a run. */
export interface Bill {
  readonly requests: number;
  readonly spend: SpendReport;
  /** Name of the large model. */
  readonly large: string;
  /** Absent: `noLarge` says why. */
  readonly alone?: LargeAlone | undefined;
  readonly noLarge?: string | undefined;
}

/** Adds up what a router spends from now on. The large model is its last one: models are listed from small to large. */
export function runBill(router: Router): { readonly large: string; read(): Bill } {
  const sums = createSpendSums({ maxRows: 1_000 });
  const requests: SpendRequest[] = [];
  const [id = "", model] = Object.entries(router.models).at(-1) ?? [];
  router.observe((event) => {
    if (event.type === "attempt-ended") sums.add(event.attempt, event.tenant);
    if (event.type !== "request-completed" && event.type !== "request-failed") return;
    const { decision, attempts, latencyMs } = event;
    if (decision === undefined) return;
    const error = event.type === "request-failed" ? event.error : undefined;
    requests.push(spendRequestOf({ ...decision, attempts, latencyMs, error }, id));
  });
  const large = model?.name ?? id;
  return {
    large,
    read() {
      const bill = { requests: requests.length, spend: sums.report(), large };
      if (model?.price === undefined) return { ...bill, noLarge: "its price is not known" };
      try {
        return { ...bill, alone: largeAlone(requests, { large: id, price: model.price }) };
      } catch (error) {
        if (!isRouterError(error, "invalid-option")) throw error;
        return { ...bill, noLarge: "it is paid by the hour, whatever it does" };
      }
    },
  };
}
