"""onnx2tf_peer.py SOURCE FOLDER: writes FOLDER/model.tflite.

It would fetch pictures to try networks on, where they do not lie in the working folder: noise of that form does.
"""

import os
import sys

import numpy as np
import onnx2tf

PICTURES = "calibration_image_sample_data_20x128x128x3_float32.npy"

source, folder = (os.path.abspath(path) for path in sys.argv[1:])
os.chdir(folder)
np.save(PICTURES, np.random.default_rng(0).random((20, 128, 128, 3), dtype=np.float32))
onnx2tf.convert(input_onnx_file_path=source, output_folder_path=folder, output_signaturedefs=True, non_verbose=True)
os.remove(PICTURES)
os.rename(f"{os.path.splitext(os.path.basename(source))[0]}_float32.tflite", "model.tflite")
