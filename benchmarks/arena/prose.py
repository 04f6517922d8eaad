"""What the page says around its figures."""

INTRODUCTION = """# Arena

The same nets under many starts, on real data. `make arena` plays what has no result yet and
writes this page; the results lie as data in `benchmarks/arena/results`, one line a run. Nothing
on this page is typed: claims, tables and pictures come from those lines.
"""

METHOD = """## How it is measured

- **Data**: scikit-learn's digits (1347 pictures of 8x8 to learn from, 450 to be tested on) and
  breast cancer (398 and 171), standardised by the training data; fixed splits.
- **Nets**: MLPs of width 64; convolutions of 3x3 with 16 channels; residual nets of 32 blocks;
  small transformers over the rows of a digit; an LSTM and a GRU that read a digit pixel by pixel,
  64 steps; a GAN. `-bn`, `-ln`, `-pre` and `-post` are controls with batch-norm, with layer-norm,
  and with layer-norm before or after each branch. No other net has a norm, and none a warm-up.
- **Training**: Adam, or gradient descent with momentum 0.9 (`sgd`); no decay, no clipping. Every
  start of a net gets the same batches, steps, rates and seeds. A rate is constant.
- **Starts**: `auto` and the recipes of this package (`torch` is torch's default; `delta` is
  `orthogonal` with each kernel orthogonal at its central tap and 0 around it), and from PyPI
  `lsuv`, `anyinit` (analytic), `anyinit-data` (empirical) and `gradinit`, called as their
  documentation says, with their defaults. GradInit starts from `he` and takes {steps} steps of
  Adam at {rate:g}: its cost grows with every step. Steps that a start itself takes are not
  counted.
- **Steps**: until the test accuracy, looked at every few steps, reaches the target. Stopping and
  the choice of each start's best rate look at the test data, for every start alike: read the
  figures as a comparison of starts, and not as accuracies that new data would show.
- **A cell** tells the median seed's steps at the best rate with the range of all seeds, and its
  *window*: the rates at which the median seed reaches the target, of all that were tried, half a
  decade apart. A start that trains at one rate only is a weak start.
- **Hopeless runs** are stopped: below the floor (20 % accuracy on digits) at the first look, after
  40 to 100 steps, or a loss that is no number. Where the first seed is hopeless at a rate, or
  stays more than two points below the target, the other seeds are not run there, and count as
  not reaching: of a start that trains by chance, the window may be told too narrow.
- **Not conclusive** is a difference that the exact one-sided rank test of the seeds does not find
  at 5 %: with three seeds on each side, ranges that touch. The best rival is the best after
  looking, which favours rivals.
- **The GAN's score** is weak: 1 minus the Fréchet distance in pixel means and covariances, as a
  part of that of one mean picture. Its target is 0.6. It does not see what covariances do not
  see.
"""

PICTURES = """## Pictures

![Steps against depth](arena/steps.svg)

![Windows of learning rates](arena/windows.svg)

![Training curves](arena/curves.svg)
"""

LEGEND = """## All cells

`25 (20–30) 4/5`: the median seed needs 25 steps at the best rate, all seeds 20 to 30, and the
target is reached at 4 of 5 rates. **Bold**: the fewest of its row; `≈`: not conclusively more. `–
43.0%`: not reached, with the median seed's best score. `∞`: a seed that does not reach it.
"""
