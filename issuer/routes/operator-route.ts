/** A route that only the operator may call. */
import type { Service } from '../../service/app.ts';
import type { Guard } from '../../service/bearer.ts';
import type { Issuer } from '../issuer.ts';

export interface OperatorContext {
  readonly issuer: Issuer;
  /** Checks the operator's token. */
  readonly onRequest: Guard;
}

export type OperatorRoute = (app: Service, context: OperatorContext) => void;
