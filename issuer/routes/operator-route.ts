/** A route that only the operator may call. */
import type { FastifyRequest } from 'fastify';
import type { Service } from '../../service/app.ts';
import type { Issuer } from '../issuer.ts';

export interface OperatorContext {
  readonly issuer: Issuer;
  /** Checks the operator's token before anything of the request is read. */
  readonly onRequest: (request: FastifyRequest) => Promise<void>;
}

export type OperatorRoute = (app: Service, context: OperatorContext) => void;
