"""How the shipped reader was made: public data to examples, training, calibration, export.

``python -m rag.training --data FOLDER`` rebuilds the weights. Nothing here is imported when a
question is asked; ``eval`` measures what comes out.
"""
