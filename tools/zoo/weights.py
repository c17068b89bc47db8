"""Weights for a network without training: seeded, and with batch-norm statistics that follow what the network really computes."""

import torch
from torch import nn

BATCH_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d)


def fill(network: nn.Module, image: torch.Tensor, seed: int) -> None:
    """Sets every parameter and every batch norm's statistics, so that values keep order one through the whole depth.

    As created, a timm network has layer scales of 1e-6, zero biases and statistics of 0 and 1: some overflow fp16, and some answer
    every image alike, which hides wrong translations. A batch norm divides by the root mean square of all its channels, and not by each
    one's deviation: where tokens are nearly alike, one image says little of a channel, and twenty layers amplify that without bound.
    """
    generator = torch.Generator().manual_seed(seed)

    def uniform(tensor, low, high):
        return torch.rand(tensor.shape, generator=generator) * (high - low) + low

    def fill_layer(module):
        for parameter in module.parameters(recurse=False):
            if bool((parameter == 1).all()):
                # A scale: of a normalisation, or learned by itself. Small ones, one after the other, would silence the network.
                parameter.copy_(uniform(parameter, 0.8, 1.2))
            elif parameter.dim() > 1:
                reach = (3.0 / max(1, parameter[0].numel())) ** 0.5
                parameter.copy_(uniform(parameter, -reach, reach))
            else:
                parameter.copy_(uniform(parameter, -0.1, 0.1))

    def observe(module, inputs):
        x = inputs[0]
        power = x.square().mean() + module.eps
        module.running_mean.copy_(power.sqrt() * uniform(module.running_mean, -0.3, 0.3))
        module.running_var.copy_(power * uniform(module.running_var, 0.7, 1.3))
        if module.affine:
            module.weight.copy_(uniform(module.weight, 0.4, 0.9))
            module.bias.copy_(uniform(module.bias, -0.2, 0.3))

    batch_norms = [module for module in network.modules() if isinstance(module, BATCH_NORMS)]
    with torch.no_grad():
        for module in network.modules():
            if not isinstance(module, BATCH_NORMS):
                fill_layer(module)
        hooks = [module.register_forward_pre_hook(observe) for module in batch_norms]
        network.eval()(image)
        for hook in hooks:
            hook.remove()
