function e(r){throw new Error(`no order ${r.id}`)}var n=async r=>e(r);export{n as handler};
//# sourceMappingURL=minified.mjs.map
