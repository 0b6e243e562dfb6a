/** Conversions on HTTP: see each group's file. */
import type { Service } from '../../service/app.ts';
import type { Guard } from '../../service/bearer.ts';
import type { Issuer } from '../issuer.ts';
import { addForAuditors } from './auditor-routes.ts';
import { addForHolders } from './holder-routes.ts';
import { addForOfficers } from './officer-routes.ts';
import { addOfficerTokens } from './officer-token-routes.ts';
import { addForOperators } from './operator-routes.ts';

export interface ConversionRoutes {
  readonly issuer: Issuer;
  /** That of each officer follows from it. */
  readonly operatorToken: string;
  readonly operator: Guard;
  readonly auditor: Guard;
}

export function addConversions(
  app: Service,
  { issuer, operatorToken, operator, auditor }: ConversionRoutes,
): void {
  addForHolders(app, issuer);
  addForOfficers(app, { issuer, operatorToken });
  addForOperators(app, { issuer, onRequest: operator });
  addOfficerTokens(app, { issuer, onRequest: operator });
  addForAuditors(app, { issuer, onRequest: auditor });
}
