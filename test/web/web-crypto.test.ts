import { createWebCrypto } from '../../web/crypto/web-crypto.ts';
import { describeCrypto } from '../support/crypto-suite.ts';
import { isLongRun } from '../support/scale.ts';
import { describeSignatures } from '../support/signature-suite.ts';

describeCrypto('WebCrypto', createWebCrypto(crypto.subtle));
describeSignatures('WebCrypto', createWebCrypto(crypto.subtle));
// A verification takes it 20 ms.
if (isLongRun) describeCrypto('@noble alone, as on a page without HTTPS', createWebCrypto(undefined));
