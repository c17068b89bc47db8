"""count_tflite.py FILE: prints as JSON how many convolutions a LiteRT file has."""

import json
import sys

import tensorflow as tf

interpreter = tf.lite.Interpreter(sys.argv[1], experimental_op_resolver_type=tf.lite.experimental.OpResolverType.BUILTIN_REF)
names = [operation["op_name"] for operation in interpreter._get_ops_details()]
print(json.dumps({"convolutions": sum(name in ("CONV_2D", "DEPTHWISE_CONV_2D") for name in names), "batchNorms": 0}))
