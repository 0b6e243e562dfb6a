/** Conversions on HTTP: see each group's file. */
import type { Service } from '../../service/app.ts';
import type { Guard } from '../../service/bearer.ts';
import type { Issuer } from '../issuer.ts';
import { addForAuditors } from './auditor-routes.ts';
import { addForHolders } from './holder-routes.ts';
import { addForOfficers } from './officer-routes.ts';

export interface ConversionRoutes {
  readonly issuer: Issuer;
  readonly operator: Guard;
  readonly auditor: Guard;
}

export function addConversions(app: Service, { issuer, operator, auditor }: ConversionRoutes): void {
  addForHolders(app, issuer);
  addForOfficers(app, { issuer, onRequest: operator });
  addForAuditors(app, { issuer, onRequest: auditor });
}
