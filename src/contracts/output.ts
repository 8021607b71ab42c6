import type { ChatRequest, ChatTool, JsonSchema } from "./chat.ts";
import type { Routing } from "./route-request.ts";
import type { RouteResult, RouteStream } from "./route-result.ts";

/** A schema of any library that follows Standard Schema v1 (zod, Valibot, ArkType …). */
export interface OutputValidator {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => unknown;
    readonly types?: { readonly input: unknown; readonly output: unknown } | undefined;
  };
}

/** One that also says its JSON Schema, as Standard JSON Schema v1 has it (zod from 4.2, ArkType …). */
export interface OutputSchema extends OutputValidator {
  readonly "~standard": OutputValidator["~standard"] & {
    readonly jsonSchema: { readonly input: (options: { readonly target: "draft-2020-12" }) => JsonSchema };
  };
}

/** A schema for the answer with all that can be said about it. */
export interface OutputOptions {
  /** Validates the answer; `output` of the result is what it returns. */
  readonly schema: OutputValidator;
  /** JSON Schema that is sent. Default: the one that `schema` states for its input. */
  readonly jsonSchema?: Readonly<Record<string, unknown>> | undefined;
  /** Name of the schema, which the model reads: 1 to 64 of `[A-Za-z0-9_-]`. Default `output`. */
  readonly name?: string | undefined;
  /** Purpose of the answer, which the model reads. Default: none. */
  readonly description?: string | undefined;
  /**
   * True if an answer that does not validate goes back to its model once, with the issues, before another model is
   * called. That call is an attempt like any other (`hop` is `repair`). A stream then shows nothing before its
   * answer has validated. Default false.
   */
  readonly repair?: boolean | undefined;
}

/** Value of the field `output` of a request. */
export type Output = OutputSchema | OutputOptions;

/** Type of a validated answer. */
export type OutputOf<Asked> = Asked extends {
  readonly "~standard": { readonly types?: infer Types | undefined };
}
  ? NonNullable<Types> extends { readonly output: infer Value }
    ? Value
    : unknown
  : Asked extends { readonly schema: infer Schema }
    ? OutputOf<Schema>
    : unknown;

/** A request whose answer must validate. `response_format` is made of the schema. */
export type OutputRequest<
  Id extends string = string,
  Asked extends Output = Output,
  Tools extends ChatTool[] | undefined = ChatTool[] | undefined,
> = Omit<ChatRequest, "response_format" | "tools"> &
  Routing<Id> & {
    readonly output: Asked;
    readonly response_format?: undefined;
    tools?: Tools;
  };

/** Type of `output`: absent if the answer may call tools instead. */
type OutputWith<Asked, Tools> = OutputOf<Asked> | (Tools extends undefined ? never : undefined);

/** Result of a request with `output`. */
export type OutputResult<Id extends string, Asked, Tools = undefined> = RouteResult<Id> & {
  /** Value that the schema returned for the answer. `undefined` if the answer calls tools. */
  readonly output: OutputWith<Asked, Tools>;
};

/** Stream of a request with `output`. */
export interface OutputStream<Id extends string, Asked, Tools = undefined> extends RouteStream<Id> {
  readonly result: Promise<OutputResult<Id, Asked, Tools>>;
}
