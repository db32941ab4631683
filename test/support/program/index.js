const pulumi = require("@pulumi/pulumi");

const args = JSON.parse(process.env.MIGRATION_ARGS ?? "{}");

const provider = {
    async create(inputs) {
        if (inputs.fail) throw new Error(inputs.fail);
        return { id: "made", outs: inputs };
    },
    async diff(_id, olds, news) {
        return { changes: olds.value !== news.value };
    },
    async update(_id, _olds, news) {
        return { outs: news };
    },
    async delete() {},
};

class Probe extends pulumi.dynamic.Resource {
    constructor(name, inputs) {
        super(provider, name, inputs);
    }
}

exports.value = new Probe("probe", args).value;
