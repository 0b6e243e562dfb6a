import { nodeCrypto } from '../../service/node-crypto.ts';
import { describeSignatures } from '../support/signature-suite.ts';

describeSignatures('Node', nodeCrypto);
